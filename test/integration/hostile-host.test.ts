import { cp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { concat } from "../../shared/bytes.ts"
import { SEGMENT_BYTES } from "../../shared/sealed/segment.ts"
import { CleanRoom } from "../support/clean-room.ts"
import { integerColumn, testDataset, textColumn } from "../support/datasets.ts"
import { parleyFailure } from "../support/parley.ts"
import { appears } from "../support/processes.ts"

/** Enough rows for three segments of ciphertext. */
const ROWS = 150_000

let room: CleanRoom
/** Manifest digests, in the order of sealing. */
const versions = new Map<string, string[]>()

beforeAll(async () => {
  room = await CleanRoom.create(["bank", "bureau", "agency"])
  const accounts = testDataset("accounts", "bank", [integerColumn("balance", "measure", 0, 1000)])
  const persons = testDataset("persons", "bureau", [textColumn("region", ["east", "west"])])
  await room.agree({ datasets: [accounts, persons], recipe: "attribution", recipients: ["agency"] })
  const lines = (line: (i: number) => string) => Array.from({ length: ROWS }, (_, i) => line(i)).join("\n")
  await writeFile(room.path("bank.csv"), `id,balance\n${lines((i) => `p${i},${i % 1001}`)}\n`)
  await writeFile(room.path("bureau.csv"), `id,region\n${lines((i) => `P${i},${i % 2 === 0 ? "east" : "west"}`)}\n`)
  for (const [party, dataset] of [
    ["bank", "accounts"],
    ["bank", "accounts"],
    ["bureau", "persons"],
  ] as const) {
    const args = ["dataset", "seal", "--dataset", dataset, "--input", room.path(`${party}.csv`)]
    const { manifest } = await room.parley(party, args)
    versions.set(dataset, [...(versions.get(dataset) ?? []), String(manifest)])
  }
  await room.startHost()
})

afterAll(() => room.dispose())

const part = (dataset: string, version: number) =>
  room.path("room", "sealed", versions.get(dataset)?.at(version) ?? "", "part-00000.sealed")

async function propose(): Promise<string> {
  return String((await room.parley("agency", ["run", "propose", "--query", "attribution"])).proposal)
}

async function grantAll(proposal: string): Promise<void> {
  for (const party of room.parties) await room.parley(party, ["run", "grant", proposal, ...room.accept()])
}

const wait = (proposal: string, expected: number) =>
  room.parley("agency", ["run", "wait", proposal, "--timeout", "60"], expected)

/** Every part in the enclaves of this host; one that has been decrypted is read-only. */
async function staged(): Promise<readonly { readonly decrypted: boolean }[]> {
  const folders = (await readdir("/dev/shm")).filter((name) => name.startsWith(`parley-work-${room.hostPid}-`))
  const parts: { decrypted: boolean }[] = []
  for (const folder of folders) {
    const names = await readdir(join("/dev/shm", folder), { recursive: true }).catch(() => [])
    for (const name of names.filter((candidate) => candidate.endsWith(".parquet"))) {
      const found = await stat(join("/dev/shm", folder, name)).catch(() => null)
      if (found !== null) parts.push({ decrypted: (found.mode & 0o777) === 0o400 })
    }
  }
  return parts
}

/** Waits until a part lies decrypted in an enclave: keys are there, and the run is under way. */
async function plaintext(): Promise<void> {
  for (let turn = 0; turn < 6000; turn++) {
    if ((await staged()).some(({ decrypted }) => decrypted)) return
    await sleep(5)
  }
  throw new Error("nothing was decrypted")
}

/** Neither result nor receipt of a run is in the room. */
async function nothingLeft(proposal: string): Promise<void> {
  for (const folder of ["results", "receipts"]) {
    const names = await readdir(join(room.room, folder)).catch(() => [])
    expect(names.filter((name) => name.startsWith(proposal))).toEqual([])
  }
  expect(await parleyFailure(room.args("agency", ["result", "open", proposal]))).toMatchObject({ exit: 41 })
}

describe("a host that changes sealed data", () => {
  const segment = (bytes: Uint8Array, index: number) =>
    bytes.subarray(index * SEGMENT_BYTES, (index + 1) * SEGMENT_BYTES)
  const attacks: Readonly<Record<string, (sealed: Uint8Array) => Promise<Uint8Array> | Uint8Array>> = {
    "cuts it at a segment's end": (sealed) => sealed.subarray(0, 2 * SEGMENT_BYTES),
    "doubles a segment": (sealed) => concat(segment(sealed, 0), segment(sealed, 1), segment(sealed, 1)),
    "exchanges it for another owner's": () => readFile(part("persons", 0)),
    "exchanges it for the version before, of the same rows": () => readFile(part("accounts", 0)),
    "flips one bit of the last tag": (sealed) => {
      const flipped = sealed.slice()
      flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1
      return flipped
    },
    "reorders its segments": (sealed) => concat(segment(sealed, 0), segment(sealed, 2), segment(sealed, 1)),
  }
  for (const [name, attack] of Object.entries(attacks)) {
    it(`${name} is refused, and gets nothing`, async () => {
      const file = part("accounts", -1)
      const sealed = new Uint8Array(await readFile(file))
      expect(sealed.length).toBeGreaterThan(2 * SEGMENT_BYTES)
      await writeFile(file, await attack(sealed))
      const proposal = await propose()
      await grantAll(proposal)
      // Not the ciphertext that the bank has signed for: the enclave takes none of it, and blames nobody's data.
      const said = { code: "manifest-mismatch", verified: false }
      expect(await wait(proposal, 10)).toMatchObject({ hostSays: said, state: "granted", why: null })
      await nothingLeft(proposal)
      await writeFile(file, sealed)
    })
  }
})

describe("a host that holds a run back", () => {
  it("cannot once the keys are there: the enclave asks it for nothing, and is through while it stands still", async () => {
    const proposal = await propose()
    await grantAll(proposal)
    await plaintext()
    process.kill(room.hostPid, "SIGSTOP")
    while ((await staged()).length > 0) await sleep(20)
    process.kill(room.hostPid, "SIGCONT")
    await wait(proposal, 0)
  })
})

describe("a plug that is pulled", () => {
  const programs: Readonly<Record<string, string>> = {
    "an ingest process": "enclave/ingest/main.ts",
    "the enclave": "enclave/main.ts",
    "the engine": "enclave/engine/main.ts",
  }
  for (const [name, program] of Object.entries(programs)) {
    it(`on ${name} once plaintext is there loses nothing: the run goes through, or its refusal is signed and the next one does`, async () => {
      const proposal = await propose()
      for (const party of ["bank", "bureau"]) await room.parley(party, ["run", "grant", proposal, ...room.accept()])
      const pid = await appears(room.hostPid, program)
      const begun = plaintext()
      await room.parley("agency", ["run", "grant", proposal, ...room.accept()])
      await begun
      process.kill(pid, "SIGKILL")
      await again(proposal)
    })
  }

  /** Grants until the run is through: a boot that was killed, or that refused because a process of it was, is replaced. */
  async function again(proposal: string): Promise<void> {
    for (let turn = 0; turn < 10; turn++) {
      const { state } = await stateOf(proposal)
      if (state === "released") return
      if (state === "refused") return expectNextSequence(proposal)
      // The grants are to a boot that is gone; the host says so once it knows.
      expect(state).toMatch(/^(?:granted|proposed)$/)
      for (const party of room.parties) {
        await room.parley(party, ["run", "grant", proposal, ...room.accept(), "--timeout", "20"])
      }
    }
    throw new Error("the run did not go through")
  }

  async function stateOf(proposal: string): Promise<{ state: unknown }> {
    for (const exit of [41, 0, 10]) {
      const status = await room
        .parley("agency", ["run", "wait", proposal, "--timeout", "5"], exit)
        .catch(() => ({ state: null }))
      if (status.state !== null) return { state: status.state }
    }
    throw new Error("no state")
  }

  /** An enclave that refused has said so with its signature; the next sequence goes through. */
  async function expectNextSequence(refused: string): Promise<void> {
    await nothingLeft(refused)
    const next = await propose()
    await grantAll(next)
    await wait(next, 0)
  }
})

describe("one party's home in two places at once", () => {
  it("is found out when the other copy meets a receipt that it never booked", async () => {
    const copy = room.path("copy-of-bank")
    await cp(room.home("bank"), copy, { recursive: true })
    const proposal = await propose()
    await grantAll(proposal)
    await wait(proposal, 0)
    const next = await propose()
    const args = ["run", "grant", next, "--home", copy, "--room", room.room, ...room.accept()]
    expect(await parleyFailure(args)).toMatchObject({ code: "ledger-behind", exit: 10 })
    await rm(copy, { recursive: true })
  })
})
