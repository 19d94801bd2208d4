import { beforeAll, describe, expect, it } from "vitest"
import { aggregateSql } from "../../../shared/query/sql/aggregate.ts"
import type { NewOptOut, TableSource } from "../../../shared/query/sql/source.ts"
import { Engine, token } from "../../property/engine.ts"
import { integerColumn, testDataset, textColumn } from "../../support/datasets.ts"
import { COUNT, planOf, policyOf, sum } from "./plans.ts"

const PEOPLE = Array.from({ length: 100 }, (_, person) => person)
const DATASETS = [
  testDataset("accounts", "bank", [integerColumn("balance", "measure", -100, 1000)]),
  testDataset("persons", "bureau", [textColumn("region", ["east", "west", "north"])]),
] as const

let engine: Engine

beforeAll(async () => {
  engine = await Engine.open()
  const [accounts, persons] = DATASETS
  const balance = (person: number) => BigInt(person % 2)
  await engine.load(
    accounts,
    PEOPLE.map((person) => ({ cells: new Map([["balance", balance(person)]]), person })),
  )
  await engine.load(
    persons,
    PEOPLE.map((person) => ({ cells: new Map([["region", "east"]]), person })),
  )
})

/** By owner and step, whom they took out. */
type Taken = Readonly<Record<string, readonly (readonly number[])[]>>

/** People of each group, and the last cells of its row: people touched, and of the count and the sum. */
async function touched(taken: Taken, left = false) {
  const tables = DATASETS.map(({ name, owner }): TableSource => {
    const steps = (taken[owner] ?? []).flatMap((people, step) =>
      people.map((person) => ({ step, token: token(person) })),
    )
    const newOptOuts: NewOptOut[] = steps.filter(({ step }) => step > 0)
    const optOuts = steps.map(({ token: out }) => out)
    return { dataset: name, from: name, identityColumn: "id", newOptOuts, optOuts, owner, uniqueIdentities: true }
  })
  const plan = planOf([COUNT, sum()], { left })
  const rows = await engine.run(aggregateSql(plan, tables, policyOf(plan)), {})
  return Object.fromEntries(rows.map((row) => [row[1] ?? "none", [row[0], ...row.slice(-3)]]))
}

const range = (from: number, to: number) => PEOPLE.slice(from, to)

describe("people who were taken out, as the engine counts them", () => {
  it("are those of the last step, in the group and among those who contributed", async () => {
    expect(await touched({ bank: [[], range(0, 10)] })).toEqual({ east: ["90", "10", "10", "5"] })
    expect(await touched({ bank: [[], range(0, 10), [11]] })).toEqual({ east: ["89", "1", "1", "1"] })
    expect(await touched({ bank: [[], range(0, 10), [12]] }), "no balance").toEqual({ east: ["89", "1", "1", "5"] })
  })

  it("are not those who were out before the first run", async () => {
    expect(await touched({ bank: [range(0, 10), [20]] })).toEqual({ east: ["89", "1", "1", null] })
    expect(await touched({ bank: [range(0, 10), [1]], bureau: [[1], [5]] })).toEqual({ east: ["90", null, null, null] })
  })

  it("are counted by owner: steps of two homes cannot be compared", async () => {
    expect(await touched({ bank: [[], range(0, 10)], bureau: [[], [20]] })).toEqual({ east: ["89", "1", "1", "5"] })
  })

  it("do not count where another owner may have taken them out earlier", async () => {
    const both = { bank: [[], range(0, 10)], bureau: [[], [], range(0, 11)] }
    expect(await touched(both)).toEqual({ east: ["89", "0", "0", "0"] })
  })

  it("touch the group that they leave and the one that they come to, where not everybody has that owner", async () => {
    expect(await touched({ bureau: [[], range(0, 10)] }, true)).toEqual({
      east: ["90", "10", "10", "5"],
      none: ["10", "10", "10", "5"],
    })
    expect(await touched({ bank: [[], [0, 1]], bureau: [[], range(0, 10)] }, true), "between two steps").toEqual({
      east: ["90", "0", "0", "0"],
      none: ["8", "0", "0", "0"],
    })
  })
})

it("a query that reads no new opt-outs asks nothing about them", () => {
  const plan = planOf([COUNT, sum()], { outputs: [{ kind: "aggregate", aggregate: 0, name: "people" }] })
  const none = DATASETS.map(
    ({ name, owner }): TableSource => ({
      ...{ dataset: name, from: name, identityColumn: "id", newOptOuts: [], optOuts: [], owner },
      uniqueIdentities: true,
    }),
  )
  expect(aggregateSql(plan, none, policyOf(plan)).text).not.toMatch(/step|IN \(|UNION/)
})
