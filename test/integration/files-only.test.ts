import { writeFile } from "node:fs/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { CleanRoom } from "../support/clean-room.ts"
import { integerColumn, testDataset, textColumn } from "../support/datasets.ts"

let room: CleanRoom

/** North and south have 40 people each, fewer than the 50 of the rule. */
function regionOf(person: number): string {
  if (person % 20 === 0) return "north"
  if (person % 20 === 1) return "south"
  return person % 2 === 0 ? "east" : "west"
}

/** The row of a region, over the persons 100 to 899 that both have; sums are rounded to one person's most, 1000. */
function shown(region: string): readonly string[] {
  const people = Array.from({ length: 800 }, (_, i) => i + 100).filter((person) => regionOf(person) === region)
  const sum = people.reduce((total, person) => total + (person % 500), 0)
  return [region, String(people.length), String(Math.round(sum / 1000) * 1000)]
}

beforeAll(async () => {
  room = await CleanRoom.create(["bank", "bureau", "agency"])
  const accounts = testDataset("accounts", "bank", [integerColumn("balance", "measure", 0, 1000)])
  const persons = testDataset("persons", "bureau", [textColumn("region", ["east", "north", "south", "west"])])
  await room.agree({ datasets: [accounts, persons], recipe: "attribution", recipients: ["agency"] })
  const bank = Array.from({ length: 900 }, (_, i) => `  P${i},${i % 500}`)
  const bureau = Array.from({ length: 800 }, (_, i) => `p${i + 100},${regionOf(i + 100)}`)
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
    expect(opened).toMatchObject({ rows: [shown("east"), shown("west")], withheldGroups: "1-9" })
  })
})
