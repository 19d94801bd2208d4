import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Contract } from "../../shared/contract/contract.ts"
import { CleanRoom } from "../support/clean-room.ts"
import { integerColumn, testDataset, textColumn } from "../support/datasets.ts"
import { parleyFailure, parleyJson } from "../support/parley.ts"

let room: CleanRoom
let first: string

beforeAll(async () => {
  room = await CleanRoom.create(["bank", "bureau", "agency", "notary"])
  const accounts = testDataset("accounts", "bank", [integerColumn("balance", "measure", 0, 1000)])
  const persons = testDataset("persons", "bureau", [textColumn("region", ["east", "west"])])
  await room.agree({ approvers: ["notary"], datasets: [accounts, persons], recipients: ["agency"] })
  first = join(room.room, "contract.json")
})

afterAll(() => room.dispose())

/** A room of its own with an amendment of the first contract, as `edit` leaves it. */
async function amended(name: string, edit: (contract: Contract) => void): Promise<string> {
  const folder = room.path(name)
  await mkdir(folder)
  const file = join(folder, "contract.json")
  await parleyJson(["contract", "amend", first, "--out", file])
  const contract = JSON.parse(await readFile(file, "utf8")) as Contract
  edit(contract)
  await writeFile(file, JSON.stringify(contract))
  await parleyJson(["contract", "check", file, "--write"])
  return folder
}

const sign = (party: string, folder: string, ...extra: readonly string[]) => [
  ...["contract", "sign", "--home", room.home(party), "--room", folder, ...room.accept(), ...extra],
]

describe("an amendment", () => {
  it("is not signed when it leaves a party of its predecessor out", async () => {
    const folder = await amended("without", (contract) => {
      contract.parties = contract.parties.filter(({ card }) => card.name !== "notary")
    })
    const failure = await parleyFailure(sign("bank", folder))
    expect(failure).toMatchObject({ code: "contract-invalid", exit: 30 })
    expect(failure.message).toContain("notary")
    const { entries } = await room.parley("bank", ["ledger", "show"])
    expect(entries).toHaveLength(1)
  })

  it("is signed only where its predecessor is known, or given", async () => {
    const folder = await amended("with", (contract) => {
      contract.title = "An amendment"
    })
    await rm(join(room.home("bank"), "contracts"), { recursive: true })
    expect(await parleyFailure(sign("bank", folder))).toMatchObject({ code: "file-missing", exit: 74 })
    const other = join(folder, "contract.json")
    const wrong = sign("bank", folder, "--predecessor", other)
    expect(await parleyFailure(wrong)).toMatchObject({ code: "contract-mismatch", exit: 10 })
    await parleyJson(sign("bank", folder, "--predecessor", first))
    await parleyJson(sign("bureau", folder))
  })

  it("--predecessor is refused where there is none", async () => {
    const args = sign("bank", room.room, "--predecessor", first)
    expect(await parleyFailure(args)).toMatchObject({ code: "usage", exit: 64 })
  })
})

describe("contract status", () => {
  it("shows a rejection, and an ending with exit 10", async () => {
    const folder = room.path("with")
    const at = (party: string) => ["--home", room.home(party), "--room", folder]
    await parleyJson(["contract", "reject", ...at("notary"), "--reason", "too wide"])
    const waiting = await parleyJson(["contract", "status", ...at("bank")], 41)
    expect(waiting).toMatchObject({
      rejections: [{ party: "notary", reason: "too wide" }],
      state: "waiting",
      waitingFor: ["agency (sign)", "notary (sign)"],
    })
    expect(await room.parley("bank", ["contract", "status"])).toMatchObject({ inForce: true, state: "in-force" })
    await room.parley("bureau", ["contract", "end", "--reason", "it is over"])
    expect(await room.parley("bank", ["contract", "status"], 10)).toMatchObject({
      endings: [{ party: "bureau", reason: "it is over" }],
      inForce: false,
      state: "contract-ended",
    })
    const long = room.args("bureau", ["contract", "end", "--reason", "x".repeat(1001)])
    expect(await parleyFailure(long)).toMatchObject({ code: "json-schema" })
  })
})

describe("token accept", () => {
  it("passes over a file that is none, and one by a party that is not confirmed", async () => {
    const folder = join(room.room, "tokens")
    const [name = ""] = await readdir(folder)
    await writeFile(join(folder, "note.txt"), "hello")
    await writeFile(join(folder, `${"0".repeat(64)}.${"A".repeat(43)}.jws`), "{}")
    await cp(join(folder, name), join(folder, `${"1".repeat(64)}.${"A".repeat(43)}.jws`))
    const { accepted, passedOver } = await room.parley("bureau", ["token", "accept"])
    expect(accepted).toHaveLength(1)
    expect(passedOver).toHaveLength(3)
  })

  it("says why when nothing could be taken over", async () => {
    const book = join(room.home("bureau"), "address-book", "bank.json")
    const card = await readFile(book)
    await rm(book)
    const failure = await parleyFailure(room.args("bureau", ["token", "accept"]))
    expect(failure).toMatchObject({ code: "party-unknown", exit: 10 })
    await writeFile(book, card)
  })
})
