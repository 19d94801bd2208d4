import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { CleanRoom } from "../support/clean-room.ts"
import { integerColumn, testDataset, textColumn } from "../support/datasets.ts"
import { parleyJson } from "../support/parley.ts"

let room: CleanRoom

beforeAll(async () => {
  room = await CleanRoom.create(["bank", "bureau", "agency"])
  const accounts = testDataset("accounts", "bank", [integerColumn("balance", "measure", 0, 1000)])
  const persons = testDataset("persons", "bureau", [textColumn("region", ["east", "west"])])
  await room.agree({ datasets: [accounts, persons], recipe: "attribution", recipients: ["agency"] })
  const { digest } = await room.parley("bank", ["contract", "status"])
  const url = await room.startHttp()
  await parleyJson(["contract", "push", "--room", room.room, "--home", room.home("bank"), "--host", url])
  for (const party of room.parties) await room.parley(party, ["contract", "pull", String(digest)])
  const rows = (line: (i: number) => string) => Array.from({ length: 300 }, (_, i) => line(i)).join("\n")
  await writeFile(room.path("bank.csv"), `id,balance\n${rows((i) => `p${i},${i}`)}\n`)
  await writeFile(room.path("bureau.csv"), `id,region\n${rows((i) => `p${i},${i < 150 ? "east" : "west"}`)}\n`)
  for (const [party, dataset] of [
    ["bank", "accounts"],
    ["bureau", "persons"],
  ] as const) {
    await room.parley(party, ["dataset", "seal", "--dataset", dataset, "--input", room.path(`${party}.csv`)])
    await room.parley(party, ["dataset", "push", "--dataset", dataset])
  }
})

afterAll(() => room.dispose())

describe("a room folder with a host", () => {
  it("may hold notes: they are not sent, and no command fails on them", async () => {
    for (const folder of ["proposals", "grants", "signatures"]) {
      await mkdir(join(room.roomOf("agency"), folder), { recursive: true })
      await writeFile(join(room.roomOf("agency"), folder, "note.txt"), "call the bank")
    }
    await room.parley("agency", ["contract", "status"])
  })

  it("fetches a receipt again when what lies in its place does not verify", async () => {
    const proposal = await room.run("agency", "attribution")
    const file = join(room.roomOf("agency"), "receipts", `${proposal}.bundle.json`)
    const receipt = await readFile(file)
    await writeFile(file, "{}")
    expect(await room.parley("agency", ["run", "status", proposal])).toMatchObject({ state: "released" })
    expect(await readFile(file)).toEqual(receipt)
    await copyFile(file, join(room.roomOf("agency"), "receipts", `${"0".repeat(64)}.bundle.json`))
    await room.parley("agency", ["run", "status", proposal])
    expect(await readdir(join(room.roomOf("agency"), "receipts"))).toHaveLength(2)
  })
})
