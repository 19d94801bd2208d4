import { createHash } from "node:crypto"
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { CleanRoom } from "../support/clean-room.ts"
import { integerColumn, testDataset, textColumn } from "../support/datasets.ts"
import { parleyFailure, parleyJson } from "../support/parley.ts"

let room: CleanRoom

beforeAll(async () => {
  room = await CleanRoom.create(["bank", "bureau", "agency"])
  const accounts = testDataset("accounts", "bank", [integerColumn("balance", "measure", 0, 1000)])
  const persons = testDataset("persons", "bureau", [textColumn("region", ["east", "west"])])
  await room.agree({
    datasets: [accounts, persons],
    edit: ({ limits }) => {
      limits.versionsPerDataset = 2
    },
    recipe: "attribution",
    recipients: ["agency"],
  })
  const rows = (line: (i: number) => string) => Array.from({ length: 300 }, (_, i) => line(i)).join("\n")
  await writeFile(room.path("bank.csv"), `id,balance\n${rows((i) => `p${i},${i}`)}\n`)
  await writeFile(room.path("bureau.csv"), `id,region\n${rows((i) => `p${i},${i < 150 ? "east" : "west"}`)}\n`)
  await room.parley("bank", ["dataset", "seal", "--dataset", "accounts", "--input", room.path("bank.csv")])
  await sealPersons()
  await room.startHost()
})

afterAll(() => room.dispose())

const sealPersons = () =>
  room.parley("bureau", ["dataset", "seal", "--dataset", "persons", "--input", room.path("bureau.csv")])

async function propose(): Promise<string> {
  return String((await room.parley("agency", ["run", "propose", "--query", "attribution"])).proposal)
}

const grant = (proposal: string, ...extra: readonly string[]) => ["run", "grant", proposal, ...room.accept(), ...extra]

async function ledger(party: string): Promise<readonly { event: { event: string; manifests?: readonly object[] } }[]> {
  const { entries } = await room.parley(party, ["ledger", "show"])
  return entries as Awaited<ReturnType<typeof ledger>>
}

describe("a grant", () => {
  it("with options that are no numbers books nothing", async () => {
    const proposal = await propose()
    const before = (await ledger("bank")).length
    for (const [option = "", value = ""] of [
      ["--hours", "abc"],
      ["--hours", "0"],
      ["--timeout", "x"],
    ]) {
      const args = room.args("bank", grant(proposal, option, value))
      expect(await parleyFailure(args)).toMatchObject({ code: "usage", exit: 64 })
    }
    const args = room.args("bank", [...grant(proposal), "--host", "not a url"])
    expect(await parleyFailure(args)).toMatchObject({ code: "usage", exit: 64 })
    const key = room.args("bank", grant(proposal, "--key", "nobody"))
    expect(await parleyFailure(key)).toMatchObject({ code: "file-missing" })
    const after = (await ledger("bank")).slice(before).filter(({ event }) => event.event === "granted")
    expect(after).toEqual([])
  })

  it("that has expired is made anew for the same boot, and the run goes on with it", async () => {
    const proposal = await propose()
    const first = await room.parley("bank", grant(proposal, "--hours", "0.02"))
    const again = await room.parley("bank", grant(proposal))
    expect(again.grant).toBe(first.grant)
    await sleep(13_000)
    const renewed = await room.parley("bank", grant(proposal))
    expect(renewed.grant).not.toBe(first.grant)
    for (const party of ["bureau", "agency"]) await room.parley(party, grant(proposal))
    await room.parley("agency", ["run", "wait", proposal, "--timeout", "60"])
    expect(await readdir(join(room.room, "receipts"))).toEqual([`${proposal}.bundle.json`])
  })

  it("is refused to an owner that brings ever new versions, by the others", async () => {
    await sealPersons()
    await room.parley("bank", grant(await propose()))
    const booked = (await ledger("bank")).findLast(({ event }) => event.event === "granted")
    expect(booked?.event.manifests).toHaveLength(2)
    await sealPersons()
    const third = await propose()
    expect(await parleyFailure(room.args("bank", grant(third)))).toMatchObject({ code: "limit-reached", exit: 50 })
  })
})

describe("the document of an enclave that was verified", () => {
  it("is kept with all that it takes to judge it again, offline", async () => {
    const { document, kept, simulated } = await room.parley("agency", ["enclave", "verify", ...room.accept()])
    const { arguments: judged, document: file } = kept as { arguments: readonly string[]; document: string }
    expect(file).toContain(room.home("agency"))
    expect(
      createHash("sha256")
        .update(await readFile(file))
        .digest("hex"),
    ).toBe(document)
    const verdict = await parleyJson(["attestation", "verify", ...judged])
    expect(verdict).toMatchObject({ code: null, simulated, verdict: "accepted" })
    const other = judged.map((part) => (/^[0-9a-f]{64}$/.test(part) ? "0".repeat(64) : part))
    expect(await parleyJson(["attestation", "verify", ...other], 10)).toMatchObject({ code: "nonce-mismatch" })
  })
})

describe("a file where a receipt belongs", () => {
  it("is none unless it verifies, for this proposal", async () => {
    const [name = ""] = await readdir(join(room.room, "receipts"))
    const proposal = await propose()
    const place = join(room.room, "receipts", `${proposal}.bundle.json`)
    await mkdir(join(room.room, "receipts"), { recursive: true })
    await writeFile(place, "{}")
    expect(await room.parley("agency", ["run", "status", proposal], 41)).toMatchObject({ state: "proposed" })
    await copyFile(join(room.room, "receipts", name), place)
    expect(await room.parley("agency", ["run", "status", proposal], 41)).toMatchObject({ state: "proposed" })
    await rm(place)
    const done = name.split(".")[0] ?? ""
    expect(await room.parley("agency", ["run", "status", done])).toMatchObject({ state: "released" })
  })
})
