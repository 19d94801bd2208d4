import { beforeAll, describe, expect, it } from "vitest"
import { contributionBounds, scaleOf } from "../../../shared/query/contribution.ts"
import { columnsRead } from "../../../shared/query/reads.ts"
import { columnType, valueTypeOf } from "../../../shared/query/types/declared.ts"
import { adding, count, dimension, QueryBench } from "../../support/query-contract.ts"

let bench: QueryBench

beforeAll(async () => {
  bench = await QueryBench.open()
})

describe("what a plan reads", () => {
  it("is every column of a dataset in any clause, through any name", async () => {
    const plan = await bench.judge({
      output: [dimension("ch", "ads.channel"), adding("ratio", "r", "sales.amount")],
      sql: `WITH t AS (SELECT id, arg_min(channel, seen_at) FILTER (WHERE clicked) AS ch, max(cost) AS placement
          FROM ads WHERE day > DATE '2026-02-01' GROUP BY id)
        SELECT ch, sum(CASE WHEN s.returned THEN 0 ELSE s.amount END) / count(DISTINCT s.id) FILTER (WHERE s.age IN (5, 6)) AS r
        FROM t JOIN sales s ON s.id = t.id AND s.region <> ch WHERE t.placement > 1 GROUP BY ch`,
    })
    expect(columnsRead(plan, "ads")).toEqual(["channel", "clicked", "cost", "day", "seen_at"])
    expect(columnsRead(plan, "sales")).toEqual(["age", "amount", "region", "returned"])
    expect(columnsRead(plan, "others")).toEqual([])
  })
})

describe("one person's contribution", () => {
  it("is bounded by range times rows, and zero is always possible", async () => {
    const plan = await bench.judge({
      output: [
        count("people"),
        adding("sum", "a", "sales.amount"),
        adding("avg", "b", "ads.placement"),
        adding("ratio", "c", "ads.seconds"),
      ],
      sql: `SELECT count(DISTINCT a.id) AS people, sum(s.amount) AS a, avg(a.placement + 5) AS b,
          sum(-a.seconds) / count(DISTINCT s.id) AS c FROM ads a JOIN sales s ON a.id = s.id`,
    })
    expect(plan.aggregates.map((_, index) => contributionBounds(plan, index))).toEqual([
      { max: 1n, min: 0n },
      { max: 999_900n, min: -100_000n },
      { max: 1400n, min: 0n },
      { max: 500n, min: -60_000n },
      { max: 1n, min: 0n },
    ])
    expect(plan.aggregates.map(scaleOf)).toEqual([0, 1, 0, 0, 0])
    expect(() => contributionBounds(plan, 5)).toThrow(RangeError)
  })
})

describe("declared types", () => {
  const common = { meaning: "x", name: "x", nullable: false } as const

  it("of columns", () => {
    const range = { max: "12.5", min: "-0.25", step: "0.25" }
    expect(columnType({ ...common, range, role: "measure", scale: 2, type: "decimal" })).toEqual({
      kind: "decimal",
      max: 1250n,
      min: -25n,
      scale: 2,
      step: 25n,
    })
    const days = { max: "1970-01-02", min: "1969-12-31" }
    expect(columnType({ ...common, range: days, role: "dimension", type: "date" })).toEqual({
      kind: "date",
      max: 1n,
      min: -1n,
      unit: "day",
    })
    const instants = { max: "1970-01-01T00:00:01Z", min: "1969-12-31T23:59:59Z" }
    const timestamp = { kind: "timestamp", max: 1_000_000n, min: -1_000_000n }
    expect(columnType({ ...common, range: instants, role: "attribute", type: "timestamp" })).toEqual(timestamp)
    expect(valueTypeOf({ name: "p", range: instants, type: "timestamp" })).toEqual(timestamp)
  })

  it("of parameters", () => {
    expect(valueTypeOf({ name: "p", range: { max: 9, min: -9 }, type: "integer" })).toEqual({
      kind: "integer",
      max: 9n,
      min: -9n,
      step: 1n,
    })
    expect(valueTypeOf({ name: "p", range: { max: "2", min: "0.5" }, scale: 1, type: "decimal" })).toEqual({
      kind: "decimal",
      max: 20n,
      min: 5n,
      scale: 1,
      step: 1n,
    })
    expect(valueTypeOf({ domain: ["a"], name: "p", type: "text" })).toEqual({ domain: ["a"], kind: "text" })
    expect(valueTypeOf({ name: "p", range: { max: "1970-01-02", min: "1970-01-01" }, type: "date" })).toMatchObject({
      max: 1n,
    })
  })
})
