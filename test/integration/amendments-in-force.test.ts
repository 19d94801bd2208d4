import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Contract } from "../../shared/contract/contract.ts"
import { canonicalBytes } from "../../shared/json/canonical.ts"
import { signaturePath } from "../../shared/room/layout.ts"
import { signJws } from "../../shared/signed/jws.ts"
import { keyId, type PrivateJwk, publicPart } from "../../shared/signed/keys.ts"
import { objectDigest } from "../../shared/signed/kinds.ts"
import { roomFolder } from "../../verifier/cli/files.ts"
import { roomAmendments } from "../../verifier/room/amendments.ts"
import { CleanRoom } from "../support/clean-room.ts"
import { integerColumn, testDataset, textColumn } from "../support/datasets.ts"
import { testKey } from "../support/keys.ts"
import { parleyFailure, parleyJson } from "../support/parley.ts"

let room: CleanRoom
let first: Contract
let digest: string
let proposal: string

beforeAll(async () => {
  room = await CleanRoom.create(["bank", "bureau", "agency"])
  const accounts = testDataset("accounts", "bank", [integerColumn("balance", "measure", 0, 1000)])
  const persons = testDataset("persons", "bureau", [textColumn("region", ["east", "west"])])
  first = await room.agree({ datasets: [accounts, persons], recipe: "attribution", recipients: ["agency"] })
  digest = objectDigest("contract", canonicalBytes(first))
  const rows = (line: (i: number) => string) => Array.from({ length: 300 }, (_, i) => line(i)).join("\n")
  await writeFile(room.path("bank.csv"), `id,balance\n${rows((i) => `p${i},${i}`)}\n`)
  await writeFile(room.path("bureau.csv"), `id,region\n${rows((i) => `p${i},${i < 150 ? "east" : "west"}`)}\n`)
  await room.parley("bank", seal("bank", "accounts"))
  await room.parley("bureau", seal("bureau", "persons"))
  await room.startHost()
  proposal = await propose()
})

afterAll(() => room.dispose())

const seal = (party: string, dataset: string) => [
  ...["dataset", "seal", "--dataset", dataset, "--input", room.path(`${party}.csv`)],
]

async function propose(): Promise<string> {
  return String((await room.parley("agency", ["run", "propose", "--query", "attribution"])).proposal)
}

const grant = (what: string) => ["run", "grant", what, ...room.accept()]

/** A room of its own with an amendment of the first contract, as `edit` leaves it. */
async function amendment(name: string, edit: (contract: Contract) => void): Promise<string> {
  const folder = room.path(name)
  await mkdir(folder)
  const file = join(folder, "contract.json")
  await parleyJson(["contract", "amend", join(room.room, "contract.json"), "--out", file])
  const contract = JSON.parse(await readFile(file, "utf8")) as Contract
  edit(contract)
  await writeFile(file, JSON.stringify(contract))
  await parleyJson(["contract", "check", file, "--write"])
  return folder
}

const inFolder = (party: string, folder: string, args: readonly string[]) => [
  ...args,
  ...["--home", room.home(party), "--room", folder],
]
const sign = (party: string, folder: string) => inFolder(party, folder, ["contract", "sign", ...room.accept()])

async function events(party: string): Promise<readonly Record<string, unknown>[]> {
  const { entries } = await room.parley(party, ["ledger", "show"])
  return (entries as { event: Record<string, unknown> }[]).map(({ event }) => event)
}

describe("while an amendment lacks a signature", () => {
  it("its predecessor is in force for everybody, those who have signed too, and their grants are booked", async () => {
    const folder = await amendment("second", (contract) => {
      contract.title = "Amended"
    })
    for (const party of ["bank", "bureau"]) await parleyJson(sign(party, folder))
    expect(await room.parley("bank", ["contract", "status"])).toMatchObject({ state: "in-force" })
    await room.parley("bank", grant(proposal))
    expect((await events("bank")).map(({ event }) => event)).toEqual([
      ...["contract-signed", "contract-signed", "enclave-verified", "granted"],
    ])
    await room.parley("bank", seal("bank", "accounts"))
    await propose()
  })

  it("one among strangers who borrowed the parties' names does not count, whoever put it into the room", async () => {
    const forged = await forgery()
    const { contract } = forged
    for (const key of forged.keys) {
      const kid = keyId(publicPart(key))
      const path = signaturePath("signatures", objectDigest("contract", canonicalBytes(contract)), kid)
      await writeFile(join(room.room, path), await signJws("contract", contract, key))
    }
    const found = await roomAmendments(roomFolder(room.room), digest)
    expect(found.map(({ contract: { title } }) => title)).toEqual(["Forged"])
    expect(await room.parley("bank", ["contract", "status"])).toMatchObject({ state: "in-force" })
    await room.parley("bank", grant(proposal))
  })
})

/** An amendment that is in force by itself: every party has signed it, with keys that are not theirs. */
async function forgery(): Promise<{ contract: Contract; keys: readonly PrivateJwk[] }> {
  const contract = { ...structuredClone(first), predecessor: digest, title: "Forged" }
  const keys: PrivateJwk[] = []
  for (const party of contract.parties) {
    const key = await testKey()
    const approval = { keys: [keyId(publicPart(key))], required: 1 }
    party.card.signingKeys = [{ holder: "Eve", jwk: publicPart(key), role: "data-owner" }]
    party.approvals = { contract: approval, grant: approval }
    keys.push(key)
  }
  return { contract, keys }
}

describe("once every party has signed an amendment", () => {
  let folder: string
  let amended: string

  beforeAll(async () => {
    folder = room.path("second")
    await parleyJson(sign("agency", folder))
    amended = String((await parleyJson(inFolder("agency", folder, ["contract", "status"]))).digest)
  })

  const expectOver = async (args: readonly string[]) => {
    const failure = await parleyFailure(args)
    expect(failure).toMatchObject({ code: "contract-superseded", exit: 10 })
    expect(failure.message).toContain(amended)
    return failure
  }

  it("its predecessor is over in the old room, for propose and grant alike, and they say where to go", async () => {
    for (const party of ["bank", "bureau", "agency"]) {
      expect((await expectOver(room.args(party, grant(proposal)))).todo).toContain(folder)
    }
    await expectOver(room.args("agency", ["run", "propose", "--query", "attribution"]))
    await expectOver(room.args("bank", seal("bank", "accounts")))
    const granted = (await events("bureau")).filter(({ event }) => event === "granted")
    expect(granted).toEqual([])
    expect(await room.parley("bank", ["contract", "status"], 10)).toMatchObject({
      amendment: amended,
      state: "contract-superseded",
    })
  })

  it("so it is where the amendment's room is not at hand: the old room holds the proof", async () => {
    const home = room.path("elsewhere")
    await cp(room.home("bureau"), home, { recursive: true })
    await rm(join(home, "rooms"), { recursive: true })
    const ledger = await readFile(join(home, "ledger.jsonl"), "utf8")
    await writeFile(join(home, "ledger.jsonl"), ledger.slice(0, ledger.indexOf('"event":"contract-superseded"')))
    const args = ["run", "grant", proposal, ...room.accept(), "--home", home, "--room", room.room]
    expect((await expectOver(args)).todo).toContain("from the other parties")
  })

  it("so it is where the proof was taken out of the old room: this party knows where it has signed", async () => {
    const home = room.path("forgetful")
    await cp(room.home("bureau"), home, { recursive: true })
    const ledger = await readFile(join(home, "ledger.jsonl"), "utf8")
    await writeFile(join(home, "ledger.jsonl"), ledger.slice(0, ledger.indexOf('"event":"contract-superseded"')))
    const old = room.path("without")
    await cp(room.room, old, { recursive: true })
    const names = (await readdir(join(old, "signatures"))).filter((name) => name.startsWith(amended))
    expect(names).toHaveLength(3)
    for (const name of names) await rm(join(old, "signatures", name))
    await expectOver(["run", "grant", proposal, ...room.accept(), "--home", home, "--room", old])
  })

  it("nobody signs a second amendment of the same contract beside it", async () => {
    const other = await amendment("third", (contract) => {
      contract.title = "Another"
    })
    for (const party of ["bank", "agency"]) {
      expect(await parleyFailure(sign(party, other))).toMatchObject({ code: "contract-superseded", exit: 10 })
    }
    expect(await readdir(other)).toEqual(["contract.json"])
  })

  it("work goes on in its own room, and runs are counted on", async () => {
    for (const [party, dataset] of [
      ["bank", "accounts"],
      ["bureau", "persons"],
    ] as const) {
      await parleyJson(inFolder(party, folder, seal(party, dataset)))
    }
    const propose = inFolder("agency", folder, ["run", "propose", "--query", "attribution"])
    expect(await parleyJson(propose)).toMatchObject({ sequence: 1 })
  })
})
