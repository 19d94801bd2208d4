import { writeFile } from "node:fs/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { CleanRoom } from "../support/clean-room.ts"
import { integerColumn, testDataset, textColumn } from "../support/datasets.ts"

let room: CleanRoom

beforeAll(async () => {
  room = await CleanRoom.create(["bank", "bureau", "agency"])
  const accounts = testDataset("accounts", "bank", [integerColumn("balance", "measure", 0, 1000)])
  const persons = testDataset("persons", "bureau", [textColumn("region", ["east", "north", "west"])])
  await room.agree({ datasets: [accounts, persons], recipe: "attribution", recipients: ["agency"] })
  const bank = Array.from({ length: 900 }, (_, i) => `  P${i},${i % 500}`)
  const bureau = Array.from(
    { length: 800 },
    (_, i) => `p${i + 100},${i % 20 === 0 ? "north" : i % 2 === 0 ? "east" : "west"}`,
  )
  await writeFile(room.path("bank.csv"), `id,balance\n${bank.join("\n")}\n`)
  await writeFile(room.path("bureau.csv"), `id,region\n${bureau.join("\n")}\n`)
})

afterAll(() => room.dispose())

describe("a run over files alone", () => {
  it("goes from sealed data to a verified receipt", async () => {
    await room.parley("bank", ["dataset", "seal", "--dataset", "accounts", "--input", room.path("bank.csv")])
    await room.parley("bureau", ["dataset", "seal", "--dataset", "persons", "--input", room.path("bureau.csv")])
    await room.startHost()
    await room.run("agency", "attribution")
    const opened = await room.parley("agency", ["result", "open"])
    console.log(JSON.stringify(opened))
    expect(opened.rows).toBeDefined()
  })
})
