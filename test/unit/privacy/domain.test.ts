import { beforeAll, describe, expect, it } from "vitest"
import type { Contract } from "../../../shared/contract/contract.ts"
import type { Query } from "../../../shared/contract/query.ts"
import { groupsOf } from "../../../shared/privacy/domain.ts"
import { mechanismOf } from "../../../shared/privacy/mechanism.ts"
import type { Plan } from "../../../shared/query/plan.ts"
import { testDataset } from "../../support/datasets.ts"
import { expectCode } from "../../support/rejects.ts"
import { database, exactRows, PEOPLE, planned, privateContract, token } from "./private-query.ts"

const common = (name: string) => ({ meaning: name, name, nullable: false })
const FROM = "FROM payments JOIN persons ON payments.id = persons.id"

/** Persons with a column of every kind that makes groups. */
async function contractBy(select: string, output: Query["output"], maxGroups = 100): Promise<Contract> {
  const contract = await privateContract({
    maxGroups,
    output: [...output, PEOPLE],
    sql: `SELECT ${select}, count(DISTINCT payments.id) AS people ${FROM} GROUP BY ${output.map(({ name }) => name).join(", ")}`,
  })
  const [payments, persons] = contract.datasets
  if (payments === undefined || persons === undefined) throw new Error("no datasets")
  const { columns } = testDataset("persons", "bureau", [
    { ...common("born"), range: { max: "2024-03-15", min: "2023-12-30" }, role: "dimension", type: "date" },
    {
      ...common("seen"),
      range: { max: "2025-12-31T23:59:59Z", min: "2024-01-01T00:00:00Z" },
      role: "attribute",
      type: "timestamp",
    },
    { ...common("member"), nullable: true, role: "dimension", type: "boolean" },
    { ...common("band"), range: { max: 30, min: -10, step: 20 }, role: "dimension", type: "integer" },
    { ...common("income"), range: { max: 9_000_000_000_000_000, min: 0, step: 1 }, role: "dimension", type: "integer" },
  ])
  const named = ["born", "seen", "member", "band", "income"]
  const rule = {
    ...persons.rule,
    dimensionColumns: named,
    filterColumns: named,
    scalarFunctions: ["date_trunc" as const],
  }
  return { ...contract, datasets: [payments, { ...persons, columns, rule }] }
}

const dimension = (column: string): Query["output"][number] => ({
  column,
  dataset: "persons",
  kind: "dimension",
  name: column,
})

async function groups(select: string, output: Query["output"], maxGroups?: number) {
  const contract = await contractBy(select, output, maxGroups)
  const [query] = contract.queries
  if (query === undefined) throw new Error("no query")
  return groupsOf(contract, query, await planned(contract))
}

describe("groups of declared domains", () => {
  it("are every value of a boolean, and nothing where it may be missing", async () => {
    expect(await groups("persons.member", [dimension("member")])).toEqual([["false"], ["true"], [null]])
  })

  it("are the grid of an integer, and all pairs of two dimensions", async () => {
    expect(await groups("persons.band", [dimension("band")])).toEqual([["-10"], ["10"], ["30"]])
    const pairs = await groups("persons.band, persons.member", [dimension("band"), dimension("member")])
    expect(pairs).toHaveLength(9)
    expect(new Set(pairs.map((group) => JSON.stringify(group))).size).toBe(9)
  })

  it("are every day of a date, leap day included", async () => {
    const days = (await groups("persons.born", [dimension("born")])).map(([day]) => day)
    expect(days).toHaveLength(77)
    expect([days[0], days[1], days.at(-1)]).toEqual(["2023-12-30", "2023-12-31", "2024-03-15"])
    expect(days).toContain("2024-02-29")
  })

  it.each([
    ["week", 106, "2023-12-25", "2024-01-01", "2025-12-29"],
    ["month", 24, "2024-01-01", "2024-02-01", "2025-12-01"],
    ["quarter", 8, "2024-01-01", "2024-04-01", "2025-10-01"],
    ["year", 2, "2024-01-01", "2025-01-01", "2025-01-01"],
  ] as const)("are the first days of every %s", async (unit, count, first, second, last) => {
    const range = { max: "2025-12-31", min: first }
    const output = { kind: "bucket", name: "start", values: { range, type: "date", unit } } as const
    const starts = await groups(`date_trunc('${unit}', persons.seen) AS start`, [output], 200)
    expect([starts.length, starts[0]?.[0], starts[1]?.[0], starts.at(-1)?.[0]]).toEqual([count, first, second, last])
  })

  it("are counted before they are listed: nine quadrillion of them are refused, and by the judge", () =>
    expectCode("query-range", () => groups("persons.income", [dimension("income")])))
})

describe("what the engine calls a group", () => {
  let contract: Contract
  let plan: Plan

  beforeAll(async () => {
    contract = await contractBy(
      "date_trunc('month', persons.seen) AS start, persons.member, persons.band",
      [
        {
          kind: "bucket",
          name: "start",
          values: { range: { max: "2025-12-01", min: "2024-01-01" }, type: "date", unit: "month" },
        },
        dimension("member"),
        dimension("band"),
      ],
      300,
    )
    plan = await planned(contract)
  })

  it("is what the declared domains call it, for each kind of value", async () => {
    const mechanism = mechanismOf(contract, plan)
    const engine = await database([0, 1, 2].map((person) => ({ amount: 1, branch: 0, person })))
    await engine.run(
      "ALTER TABLE persons ADD COLUMN seen TIMESTAMP; ALTER TABLE persons ADD COLUMN member BOOLEAN; ALTER TABLE persons ADD COLUMN band BIGINT",
    )
    await engine.run("UPDATE persons SET seen = TIMESTAMP '2024-02-29 13:00:00', band = -10")
    await engine.run(
      `UPDATE persons SET member = true WHERE id = '${token(1)}'; UPDATE persons SET member = false WHERE id = '${token(2)}'`,
    )
    const rows = await exactRows(engine, plan, mechanism)
    const declared = new Set(mechanism.groups.map((group) => JSON.stringify(group)))
    expect(rows).toHaveLength(3)
    for (const row of rows) expect(declared).toContain(JSON.stringify(row.slice(0, 3)))
    expect(rows.map(([start, member]) => `${start} ${member}`).sort()).toEqual([
      "2024-02-01 false",
      "2024-02-01 null",
      "2024-02-01 true",
    ])
  })
})
