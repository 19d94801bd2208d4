import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Contract } from "../../shared/contract/contract.ts"
import { CleanRoom } from "../support/clean-room.ts"
import { integerColumn, testDataset, textColumn } from "../support/datasets.ts"
import { parleyJson, runProgram } from "../support/parley.ts"

const ROWS = 300

let room: CleanRoom
let contract: string
let url: string
/** Manifests of the bank's versions, oldest first. */
const versions: string[] = []

beforeAll(async () => {
  room = await CleanRoom.create(["bank", "bureau", "agency"])
  const accounts = testDataset("accounts", "bank", [integerColumn("balance", "measure", 0, 1000)])
  const persons = testDataset("persons", "bureau", [textColumn("region", ["east", "west"])])
  const edit = (draft: Contract) => {
    draft.limits.versionsPerDataset = 10
  }
  await room.agree({ datasets: [accounts, persons], edit, recipe: "attribution", recipients: ["agency"] })
  contract = String((await room.parley("bank", ["contract", "status"])).digest)
  const rows = (line: (i: number) => string) => Array.from({ length: ROWS }, (_, i) => line(i)).join("\n")
  await writeFile(room.path("bank.csv"), `id,balance\n${rows((i) => `p${i},${i}`)}\n`)
  await writeFile(room.path("bureau.csv"), `id,region\n${rows((i) => `p${i},${i < 150 ? "east" : "west"}`)}\n`)
  url = await room.startHttp()
  await parleyJson(["contract", "push", "--room", room.room, "--home", room.home("bank"), "--host", url])
  for (const party of room.parties) await room.parley(party, ["contract", "pull", contract])
  for (const [party, dataset] of [
    ["bank", "accounts"],
    ["bank", "accounts"],
    ["bureau", "persons"],
  ] as const) {
    const sealed = ["dataset", "seal", "--dataset", dataset, "--input", room.path(`${party}.csv`)]
    const { manifest } = await room.parley(party, sealed)
    if (party === "bank") versions.push(String(manifest))
    await room.parley(party, ["dataset", "push", "--dataset", dataset])
  }
  await room.run("agency", "attribution")
})

afterAll(() => room.dispose())

const data = (...parts: readonly string[]) => room.path("host", ...parts)
const inRoom = (...parts: readonly string[]) => data("rooms", contract, ...parts)

async function host(args: readonly string[]): Promise<{ exit: number | null; json: Record<string, unknown> }> {
  const { exit, stdout } = await runProgram("host/parley-host.ts", [...args, "--json"])
  const json = JSON.parse(stdout) as Record<string, unknown>
  return { exit, json: (json.error as Record<string, unknown> | undefined) ?? json }
}

/** Every file below a folder with its content in hex, but those that a backup leaves out. */
async function contents(folder: string, left: RegExp): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(folder, { recursive: true })
  const found = new Map<string, string>()
  for (const name of names.filter((path) => !left.test(path)).sort()) {
    const path = join(folder, name)
    if ((await stat(path)).isFile()) found.set(name, (await readFile(path)).toString("hex"))
  }
  return found
}

const NOT_STATE = /^(?:backup\.json$|status\.json$|uploads)/

describe("a backup of a running host", () => {
  const target = () => room.path("backups", "one")

  it("holds its whole state, for its owner alone, and restores to a host that goes on", async () => {
    const { exit, json } = await host(["backup", target(), "--data", data()])
    expect({ exit, json }).toMatchObject({ exit: 0, json: { ciphertext: true } })
    const kept = await contents(data(), NOT_STATE)
    expect(kept.size).toBe(json.files)
    expect(await contents(target(), NOT_STATE)).toEqual(kept)
    expect((await stat(target())).mode & 0o077).toBe(0)
    expect((await stat(join(target(), "root", "root.json"))).mode & 0o077).toBe(0)

    const restored = room.path("restored")
    expect(await host(["restore", target(), "--data", restored])).toMatchObject({ exit: 0, json: { files: kept.size } })
    expect(await contents(restored, NOT_STATE)).toEqual(kept)
    await room.stopHost()
    await rm(data(), { recursive: true })
    expect((await host(["restore", target(), "--data", data()])).exit).toBe(0)
    await room.startHttp()
    await room.run("agency", "attribution")
  })

  it("refuses a folder that is not empty, to write to or to restore to", async () => {
    expect(await host(["backup", target(), "--data", data()])).toMatchObject({ exit: 64, json: { code: "usage" } })
    const before = await contents(data(), NOT_STATE)
    expect(await host(["restore", target(), "--data", data()])).toMatchObject({ exit: 64, json: { code: "usage" } })
    expect(await contents(data(), NOT_STATE)).toEqual(before)
  })

  it("leaves ciphertext out when told; its owner pushes it again", async () => {
    const bare = room.path("backups", "bare")
    const { json } = await host(["backup", bare, "--data", data(), "--without-ciphertext"])
    expect(json).toMatchObject({ ciphertext: false })
    const names = await readdir(bare, { recursive: true })
    expect(names.filter((name) => name.endsWith(".sealed"))).toEqual([])
    expect(names.filter((name) => name.includes("/manifests/"))).toHaveLength(3)
  })

  const damages: Readonly<Record<string, (file: string) => Promise<void>>> = {
    "a changed file": (file) => writeFile(file, "other"),
    "a missing file": (file) => rm(file),
  }
  for (const [name, damage] of Object.entries(damages)) {
    it(`with ${name} is not restored at all`, async () => {
      const damaged = room.path("backups", name.replaceAll(" ", "-"))
      await host(["backup", damaged, "--data", data()])
      await damage(join(damaged, "rooms", contract, "contract.json"))
      const restored = room.path("never")
      const outcome = await host(["restore", damaged, "--data", restored])
      expect(outcome).toMatchObject({ exit: 30, json: { code: "backup-damaged" } })
      expect((await readdir(room.folder)).filter((entry) => entry.startsWith("never"))).toEqual([])
    })
  }

  it("whose list names a path outside of the folder is not read", async () => {
    const hostile = room.path("backups", "hostile")
    await mkdir(hostile)
    const files = [{ bytes: 1, path: "rooms/../../escaped", sha256: "0".repeat(64) }]
    const list = { ciphertext: true, createdAt: "", files, format: "parley-host/backup/v1" }
    await writeFile(join(hostile, "backup.json"), JSON.stringify(list))
    const outcome = await host(["restore", hostile, "--data", room.path("never")])
    expect(outcome).toMatchObject({ exit: 30, json: { code: "json-schema" } })
  })

  it("that was not finished is none", async () => {
    await mkdir(room.path("backups", "half"))
    const outcome = await host(["restore", room.path("backups", "half"), "--data", room.path("never")])
    expect(outcome).toMatchObject({ exit: 74, json: { code: "file-missing" } })
  })
})

describe("purge", () => {
  const candidates = async (...more: readonly string[]) =>
    (await host(["purge", "--data", data(), ...more])).json as {
      candidates: { manifest: string; reason: string; bytes: number }[]
      deleted: boolean
    }
  const sealedFiles = async (manifest: string) =>
    (await readdir(inRoom("sealed", manifest))).filter((name) => name.endsWith(".sealed"))

  it("lists replaced versions that no open proposal names, and deletes nothing unless told", async () => {
    const [old = "", current = ""] = versions
    const open = await room.parley("agency", [
      "run",
      "propose",
      "--query",
      "attribution",
      "--manifest",
      `accounts=${old}`,
    ])
    expect((await candidates("--replaced-days", "0")).candidates).toEqual([])
    await room.parley("agency", ["run", "cancel", String(open.proposal), "--reason", "old data"])
    expect((await candidates()).candidates).toEqual([])
    const listed = await candidates("--replaced-days", "0")
    expect(listed).toMatchObject({ candidates: [{ manifest: old, reason: "version-replaced" }], deleted: false })
    expect(listed.candidates[0]?.bytes).toBeGreaterThan(100)
    expect(await sealedFiles(old)).toHaveLength(1)
    expect((await candidates("--replaced-days", "0", "--yes")).deleted).toBe(true)
    expect(await sealedFiles(old)).toEqual([])
    expect(await sealedFiles(current)).toHaveLength(1)
    expect((await candidates("--replaced-days", "0")).candidates).toEqual([])
  })

  it("deletes all ciphertext of a contract that a party has ended, and no receipt", async () => {
    await room.parley("bureau", ["contract", "end", "--reason", "over"])
    const receipts = await readdir(inRoom("receipts"))
    expect(receipts).toHaveLength(2)
    const listed = await candidates("--yes")
    expect(listed.candidates.map(({ reason }) => reason)).toEqual(["contract-ended", "contract-ended"])
    const left = (await readdir(inRoom("sealed"), { recursive: true })).filter((name) => name.endsWith(".sealed"))
    expect(left).toEqual([])
    expect(await readdir(inRoom("receipts"))).toEqual(receipts)
  })
})
