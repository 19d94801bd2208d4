import { rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { Contract } from "../../shared/contract/contract.ts"
import { CleanRoom } from "./clean-room.ts"
import { integerColumn, testDataset, textColumn } from "./datasets.ts"
import { parleyJson } from "./parley.ts"

/** Who signs for the bank beside its data owner. */
const COLLEAGUES = { grace: "privacy-officer", sam: "security" } as const

/** Two owners and a recipient; at the bank three people hold a key each, in homes of their own. All through the CLI. */
export class ApprovingBank {
  readonly room: CleanRoom
  readonly #kids = new Map<string, string>()

  private constructor(room: CleanRoom) {
    this.room = room
  }

  static async create(): Promise<ApprovingBank> {
    const bank = new ApprovingBank(await CleanRoom.create(["bank", "bureau", "agency"]))
    await bank.#addColleagues()
    return bank
  }

  /** The signing key of a person, or of a party's first holder. */
  kid(who: string): string {
    return this.#kids.get(who) ?? ""
  }

  /** A command of one person in the room. */
  in(who: string, args: readonly string[]): readonly string[] {
    return [...args, "--home", this.room.home(who), "--room", this.room.room]
  }

  /** A contract that nobody has signed. */
  draft(approvals: readonly string[]): Promise<Contract> {
    const accounts = testDataset("accounts", "bank", [integerColumn("balance", "measure", 0, 1000)])
    const persons = testDataset("persons", "bureau", [textColumn("region", ["east", "west"])])
    const datasets = [accounts, persons]
    return this.room.draft({ approvals, datasets, recipe: "attribution", recipients: ["agency"] })
  }

  async sealAndPropose(): Promise<void> {
    const rows = (line: (i: number) => string) => Array.from({ length: 300 }, (_, i) => line(i)).join("\n")
    const [accounts, persons] = [this.room.path("bank.csv"), this.room.path("bureau.csv")]
    await writeFile(accounts, `id,balance\n${rows((i) => `p${i},${i + 1}`)}\n`)
    await writeFile(persons, `id,region\n${rows((i) => `p${i},${i < 150 ? "east" : "west"}`)}\n`)
    await parleyJson(this.in("bank", ["dataset", "seal", "--dataset", "accounts", "--input", accounts]))
    await parleyJson(this.in("bureau", ["dataset", "seal", "--dataset", "persons", "--input", persons]))
    await this.room.startHost()
    await parleyJson(this.in("agency", ["run", "propose", "--query", "attribution"]))
  }

  remove(path: string): Promise<void> {
    return rm(join(this.room.room, path))
  }

  dispose(): Promise<void> {
    return this.room.dispose()
  }

  async #addColleagues(): Promise<void> {
    const { room } = this
    for (const [name, role] of Object.entries(COLLEAGUES)) {
      await parleyJson([
        "key",
        "create",
        "--party",
        "bank",
        "--holder",
        name,
        "--role",
        role,
        "--home",
        room.home(name),
      ])
      const file = room.path(`${name}.key.json`)
      const { keyFingerprint } = await parleyJson(["key", "export", "--home", room.home(name), "--out", file])
      const print = String(keyFingerprint)
      const { kid } = await parleyJson(["key", "add", file, "--fingerprint", print, "--home", room.home("bank")])
      this.#kids.set(name, String(kid))
    }
    await this.#learnFirstKey()
    await this.#confirmCards()
  }

  async #learnFirstKey(): Promise<void> {
    const { keys } = await parleyJson(["key", "show", "--home", this.room.home("bank")])
    const own = (keys as { here: boolean; kid: string; use: string }[]).find(({ here, use }) => here && use === "sign")
    this.#kids.set("bank", own?.kid ?? "")
  }

  /** The bank's card has changed: everybody confirms it anew, its own people too, and they confirm the others'. */
  async #confirmCards(): Promise<void> {
    const { room } = this
    for (const party of room.parties) {
      const file = room.path(`${party}.card.json`)
      const { fingerprint } = await parleyJson(["party", "export", "--home", room.home(party), "--out", file])
      for (const who of [...room.parties, ...Object.keys(COLLEAGUES)].filter((other) => other !== party)) {
        await parleyJson(["party", "add", file, "--fingerprint", String(fingerprint), "--home", room.home(who)])
      }
    }
  }
}
