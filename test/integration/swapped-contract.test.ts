import { cp, mkdir, readdir, writeFile } from "node:fs/promises"
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

/** Whoever carries the room has the parties' cards and none of their keys, and puts in a contract of its own. */
let room: CleanRoom
let contract: Contract

beforeAll(async () => {
  room = await CleanRoom.create(["bank", "bureau", "agency"])
  const accounts = testDataset("accounts", "bank", [integerColumn("balance", "measure", 0, 1000)])
  const persons = testDataset("persons", "bureau", [textColumn("region", ["east", "west"])])
  contract = await room.agree({ datasets: [accounts, persons], recipe: "attribution", recipients: ["agency"] })
  const rows = Array.from({ length: 300 }, (_, i) => `p${i},${i}`).join("\n")
  await writeFile(room.path("bank.csv"), `id,balance\n${rows}\n`)
})

afterAll(() => room.dispose())

const seal = () => ["dataset", "seal", "--dataset", "accounts", "--input", room.path("bank.csv")]
const at = (party: string, folder: string, args: readonly string[]) => [
  ...args,
  ...["--home", room.home(party), "--room", folder],
]

async function putSigned(folder: string, signed: Contract, key: PrivateJwk): Promise<void> {
  const path = signaturePath("signatures", objectDigest("contract", canonicalBytes(signed)), keyId(publicPart(key)))
  await mkdir(join(folder, "signatures"), { recursive: true })
  await writeFile(join(folder, path), await signJws("contract", signed, key))
}

/** A room whose contract is in force by itself, by keys of Eve's. `edit` puts the key of a party in. */
async function swapped(name: string, edit: (party: Contract["parties"][number], key: PrivateJwk) => void) {
  const forged = { ...structuredClone(contract), title: "Forged" }
  const keys: PrivateJwk[] = []
  for (const party of forged.parties) {
    const key = await testKey()
    keys.push(key)
    edit(party, key)
    party.approvals.contract = { keys: [keyId(publicPart(key))], required: 1 }
  }
  const folder = room.path(name)
  await mkdir(folder)
  await writeFile(join(folder, "contract.json"), canonicalBytes(forged))
  for (const key of keys) await putSigned(folder, forged, key)
  return folder
}

const eve = (key: PrivateJwk) => ({ holder: "Eve", jwk: publicPart(key), role: "data-owner" }) as const

describe("a contract that somebody put in the place of the signed one", () => {
  it("with the parties' names, one invented key beside the bank's own, is neither sealed nor proposed under", async () => {
    const folder = await swapped("strangers", ({ card, approvals }, key) => {
      if (card.name === "bank") card.signingKeys.push(eve(key))
      else card.signingKeys = [eve(key)]
      if (card.name !== "bank") approvals.grant = { keys: [keyId(publicPart(key))], required: 1 }
    })
    expect(await parleyJson(at("bank", folder, ["contract", "status"]))).toMatchObject({ state: "in-force" })
    for (const args of [seal(), ["run", "propose", "--query", "attribution"]]) {
      expect(await parleyFailure(at("bank", folder, args))).toMatchObject({ code: "party-mismatch", exit: 10 })
    }
    expect(await readdir(folder)).toEqual(["contract.json", "signatures"])
  })

  it("of true cards is taken by a home that has signed it, and by no copy of it that has not booked that", async () => {
    const home = room.path("cut")
    await cp(room.home("bank"), home, { recursive: true })
    await writeFile(join(home, "ledger.jsonl"), "")
    const args = [...seal(), "--home", home, "--room", room.room]
    expect(await parleyFailure(args)).toMatchObject({ code: "ledger-behind", exit: 10 })
    await room.parley("bank", seal())
  })
})

describe("would-be amendments in a room", () => {
  it("that nobody's keys have signed, more of them than are looked at, stop nobody", async () => {
    const folder = room.path("flooded")
    await cp(room.room, folder, { recursive: true })
    const digest = objectDigest("contract", canonicalBytes(contract))
    const key = await testKey()
    for (let i = 0; i < 80; i++) {
      const junk = { ...contract, predecessor: i < 70 ? digest : "0".repeat(64), title: `junk ${i}` }
      await putSigned(folder, junk, key)
    }
    expect(await roomAmendments(roomFolder(folder), digest)).toEqual([])
    expect(await parleyJson(at("bank", folder, ["contract", "status"]))).toMatchObject({ state: "in-force" })
  })
})
