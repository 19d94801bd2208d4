import { cp, readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { CleanRoom } from "../support/clean-room.ts"
import { parleyFailure, parleyJson } from "../support/parley.ts"
import { sealedRoom } from "../support/sealed-room.ts"

let room: CleanRoom
/** The first run's proposal, and what was there before anybody had its receipt. */
let first: string
let before: string

beforeAll(async () => {
  room = await sealedRoom()
  first = await room.run("agency", "attribution")
  before = room.path("kept-apart")
  await cp(room.room, before, { recursive: true })
  await rm(join(before, "receipts"), { recursive: true })
})

afterAll(() => room.dispose())

const receipt = (proposal: string) => join(room.room, "receipts", `${proposal}.bundle.json`)
const at = (party: string, folder: string, args: readonly string[]) => [
  ...args,
  ...["--home", room.home(party), "--room", folder],
]

async function events(party: string, event: string): Promise<readonly Record<string, unknown>[]> {
  const { entries } = await room.parley(party, ["ledger", "show"])
  const all = (entries as { event: Record<string, unknown> }[]).map((entry) => entry.event)
  return all.filter((one) => one.event === event)
}

async function shown(proposal: string) {
  const { receipt: said } = await parleyJson(["receipt", "show", receipt(proposal), ...room.accept()])
  return said as { predicate: Record<string, unknown> }
}

const propose = async (...extra: readonly string[]) => {
  return room.parley("agency", ["run", "propose", "--query", "attribution", ...extra])
}

describe("a receipt that the host kept from a party", () => {
  it("comes by mail: it is verified, put into the room and booked, once", async () => {
    const status = () => parleyJson(at("bureau", before, ["run", "status", first]), 41)
    expect(await status()).toMatchObject({ state: "granted" })
    const imported = at("bureau", before, ["receipt", "import", receipt(first)])
    const { digest } = await parleyJson(imported)
    await parleyJson(imported)
    expect(await parleyJson(at("bureau", before, ["run", "status", first]))).toMatchObject({ state: "released" })
    expect(await events("bureau", "receipt-seen")).toMatchObject([{ proposal: first, receipt: digest }])
  })

  it("is not imported when it was changed, and nothing is booked", async () => {
    const file = room.path("changed.bundle.json")
    const text = await readFile(receipt(first), "utf8")
    await writeFile(file, text.replace(/"signature":"[A-Za-z0-9_-]{4}/, '"signature":"AAAA'))
    const failure = await parleyFailure(at("bank", room.room, ["receipt", "import", file]))
    expect(failure).toMatchObject({ code: "jws-signature-invalid", exit: 10 })
    expect(await events("bank", "receipt-seen")).toEqual([])
  })

  it("convicts a ledger that was cut: nothing is granted with it", async () => {
    const home = room.path("cut")
    await cp(room.home("bank"), home, { recursive: true })
    const ledger = await readFile(join(home, "ledger.jsonl"), "utf8")
    await writeFile(join(home, "ledger.jsonl"), `${ledger.split("\n").slice(0, 1).join("\n")}\n`)
    const imported = ["receipt", "import", receipt(first), "--home", home, "--room", before]
    expect(await parleyFailure(imported)).toMatchObject({ code: "ledger-behind", exit: 10 })
    const { proposal } = await propose()
    const granting = ["run", "grant", String(proposal), ...room.accept(), "--home", home, "--room", room.room]
    expect(await parleyFailure(granting)).toMatchObject({ code: "ledger-behind", exit: 10 })
    const cancel = ["run", "cancel", String(proposal), "--reason", "a test of the ledger"]
    await room.parley("agency", cancel)
  })
})

describe("runs that were given up", () => {
  it("are named by the next proposal and its receipt, whose sequence may skip", async () => {
    const { proposal: third } = await propose()
    await room.parley("bank", ["run", "grant", String(third), ...room.accept()])
    await room.parley("agency", ["run", "cancel", String(third), "--reason", "wrong month"])
    const late = room.args("bureau", ["run", "grant", String(third), ...room.accept()])
    expect(await parleyFailure(late)).toMatchObject({ code: "proposal-invalid", exit: 10 })
    const { proposal, sequence } = await propose("--sequence", "9")
    expect(sequence).toBe(9)
    for (const party of room.parties) await room.parley(party, ["run", "grant", String(proposal), ...room.accept()])
    await room.parley("agency", ["run", "wait", String(proposal), "--timeout", "100"])
    const { predicate } = await shown(String(proposal))
    expect(predicate.abandoned).toMatchObject([
      { reason: "cancelled", sequence: 2 },
      { proposal: third, reason: "cancelled", sequence: 3 },
    ])
    const { digest } = await parleyJson(["receipt", "verify", receipt(first), ...room.accept()])
    expect(predicate).toMatchObject({ previous: digest, sequence: 9 })
    expect(await propose()).toMatchObject({ sequence: 10 })
  })

  it("leave the audit of the whole history without a finding", async () => {
    const audited = await parleyJson(["audit", join(room.room, "receipts"), ...room.accept()])
    expect(audited).toMatchObject({ accepted: 2, histories: [{ findings: [] }], verdict: "accepted" })
  })
})
