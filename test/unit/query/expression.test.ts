import { beforeAll, describe, expect, it } from "vitest"
import type { Parameter } from "../../../shared/contract/query.ts"
import type { Expression } from "../../../shared/query/expression.ts"
import type { ValueType } from "../../../shared/query/value-type.ts"
import { AdsRows, holds } from "../../support/ads-rows.ts"
import { QueryBench } from "../../support/query-contract.ts"
import { expectCode } from "../../support/rejects.ts"

let bench: QueryBench
let rows: AdsRows

beforeAll(async () => {
  bench = await QueryBench.open()
  rows = await AdsRows.open()
})

const PARAMETERS: readonly Parameter[] = [
  { name: "days", range: { max: 30, min: 1 }, type: "integer" },
  { name: "far", range: { max: 4_000_000, min: 1 }, type: "integer" },
  { name: "rate", range: { max: "1.5", min: "0.5" }, scale: 1, type: "decimal" },
  { domain: ["search", "video"], name: "where", type: "text" },
]

/** The typed form of an expression over `ads`. */
async function typed(sql: string): Promise<Expression> {
  const source = `SELECT count(DISTINCT id) AS n FROM ads WHERE (${sql}) IS NULL`
  const { where } = (await bench.judge({ parameters: PARAMETERS, sql: source })).from
  if (where?.node !== "is-null") throw new Error("no IS NULL")
  return where.operand
}

const ACCEPTED: Readonly<Record<string, Partial<ValueType>>> = {
  "-seconds": { kind: "integer", max: 5n, min: -600n },
  "CASE WHEN clicked THEN cost ELSE 1 END": { kind: "decimal", scale: 2 },
  "CASE WHEN clicked THEN seconds END": { kind: "integer" },
  "CASE WHEN placement < 3 THEN 'top' WHEN placement IS NULL THEN 'none' ELSE channel END": {
    domain: ["top", "none", "search", "social", "video"],
  },
  "CASE channel WHEN 'search' THEN 1 WHEN 'video' THEN 5 ELSE 3 END": { kind: "integer", max: 5n, min: 1n, step: 2n },
  "CAST('t' AS BOOLEAN)": { kind: "boolean" },
  "DATE '2026-02-28'": { kind: "date", unit: "day" },
  "NOT (clicked OR placement BETWEEN 2 AND 4)": { kind: "boolean" },
  "TIMESTAMP '2026-02-28 12:00:00'": { kind: "timestamp" },
  "TRY_CAST(clicked AS INTEGER)": { kind: "integer", max: 1n, min: 0n },
  "TRY_CAST(cost AS BIGINT)": { kind: "integer", max: 3n, min: 0n },
  "TRY_CAST(day AS TIMESTAMP)": { kind: "timestamp" },
  "TRY_CAST(placement AS DECIMAL(5, 2))": { kind: "decimal", max: 900n, min: 0n, scale: 2, step: 100n },
  "TRY_CAST(seen_at AS DATE)": { kind: "date", unit: "day" },
  "abs(seconds)": { kind: "integer", max: 600n, min: 0n },
  "channel IN ('search', 'social')": { kind: "boolean" },
  "channel NOT IN ('search')": { kind: "boolean" },
  "coalesce(seconds, placement, 3)": { kind: "integer", max: 600n, min: -5n },
  "cost * 0.25": { kind: "decimal", max: 6250n, scale: 4, step: 125n },
  "cost * 3": { kind: "decimal", max: 750n, scale: 2, step: 15n },
  "cost + 0.5": { kind: "decimal", max: 300n, min: 50n, scale: 2 },
  "cost - 2": { kind: "decimal", max: 50n, min: -200n },
  "date_diff('day', day, TRY_CAST(seen_at AS DATE))": { kind: "integer", max: 364n, min: -364n },
  "date_diff('hour', seen_at, TIMESTAMP '2026-06-01 00:30:00')": { kind: "integer" },
  "date_diff('minute', TRY_CAST(day AS TIMESTAMP), seen_at)": { kind: "integer" },
  "date_diff('second', seen_at, seen_at + INTERVAL 90 SECOND)": { kind: "integer" },
  "date_part('month', day)": { kind: "integer", max: 12n, min: 1n },
  "date_trunc('day', seen_at)": { kind: "date", unit: "day" },
  "date_trunc('month', day - INTERVAL 40 DAY)": { kind: "date", unit: "month" },
  "date_trunc('quarter', seen_at)": { kind: "date", unit: "quarter" },
  "date_trunc('week', day)": { kind: "date", unit: "week" },
  "date_trunc('year', seen_at)": { kind: "date", unit: "year" },
  "day + INTERVAL '2 weeks'": { kind: "date", unit: "day" },
  "day(seen_at)": { kind: "integer", max: 31n },
  "extract(isodow FROM day)": { kind: "integer", max: 7n, min: 1n },
  "extract(year FROM day)": { kind: "integer", max: 2026n, min: 2026n },
  "greatest(cost, 1.5)": { kind: "decimal", max: 250n, min: 150n, scale: 2 },
  "greatest(seconds, placement)": { kind: "integer", max: 600n, min: 0n },
  "hour(seen_at)": { kind: "integer", max: 23n },
  "isodow(seen_at)": { kind: "integer", max: 7n },
  "least(channel, 'social')": { kind: "text" },
  "least(day, DATE '2026-03-01')": { kind: "date" },
  "least(seconds, 10)": { kind: "integer", max: 10n, min: -5n },
  "least(seconds, seconds + 4)": { kind: "integer", max: 604n },
  "month(day)": { kind: "integer", max: 12n },
  "placement % 4": { kind: "integer", max: 3n, min: 0n },
  "placement * placement - seconds": { kind: "integer", max: 86n, min: -600n },
  "placement // 3": { kind: "integer", max: 3n, min: 0n },
  "placement // 3 * 3": { kind: "integer", max: 9n, step: 3n },
  "placement = 3": { kind: "boolean" },
  "quarter(day)": { kind: "integer", max: 4n },
  "seconds <> placement": { kind: "boolean" },
  "seconds >= 17 AND clicked": { kind: "boolean" },
  "seen_at + INTERVAL '36 hours'": { kind: "timestamp" },
  "seen_at - INTERVAL 10 MINUTE": { kind: "timestamp" },
  "seen_at < TRY_CAST(day AS TIMESTAMP)": { kind: "boolean" },
  "year(seen_at)": { kind: "integer", max: 2026n, min: 2026n },
}

describe("expressions are typed as DuckDB evaluates them", () => {
  for (const [sql, wanted] of Object.entries(ACCEPTED)) {
    it(sql, async () => {
      const expression = await typed(sql)
      expect(expression.type).toMatchObject(wanted)
      const cells = await rows.valuesOf(expression)
      expect(cells.length).toBeGreaterThan(0)
      expect(cells.filter((cell) => !holds(expression, cell))).toEqual([])
      expect(await rows.differing(sql, expression)).toBe(0)
    })
  }

  it("with parameters of their declared ranges", async () => {
    expect((await typed("seconds + $days")).type).toMatchObject({ kind: "integer", max: 630n, min: -4n })
    expect((await typed("cost * $rate")).type).toMatchObject({ kind: "decimal", max: 3750n, min: 0n, scale: 3 })
    expect((await typed("channel = $where")).type).toEqual({ kind: "boolean" })
    const shifted = await typed("day + INTERVAL ($days) DAY")
    expect(shifted).toMatchObject({
      back: false,
      count: { name: "days", node: "parameter" },
      node: "shift",
      unit: "day",
    })
  })

  it("with constants as the contract writes them", async () => {
    const constants = {
      "-1.50": { text: "-1.5", type: { kind: "decimal", max: -150n, scale: 2 } },
      "CAST('f' AS BOOLEAN)": { text: "false" },
      "TIMESTAMP '2026-01-02 03:04:05'": { text: "2026-01-02T03:04:05Z" },
      false: { text: "false" },
      "'true'::BOOLEAN": { text: "true" },
    }
    for (const [sql, wanted] of Object.entries(constants)) {
      expect(await typed(`coalesce(${sql}, ${sql})`)).toMatchObject({ operands: [wanted, wanted] })
    }
  })
})

/** By code: what would fail on some row, mixes types, could overflow, or is unknown. */
const REFUSED: Readonly<Record<"query-range" | "query-refused" | "query-type", readonly string[]>> = {
  "query-range": [
    "(placement + 1) * 9007199254740991",
    "9007199254740992",
    "TRY_CAST(placement * 1000 AS DECIMAL(3, 0))",
    "TRY_CAST(cost * 9000000000 AS INTEGER)",
    "cost * 10000000000000000.0",
    "cost * cost * cost * cost * cost * cost * cost * cost * cost * cost",
    "day + INTERVAL ($far) DAY",
    "day - INTERVAL 800000 DAY",
    "seconds // 5",
    "seconds % 5",
    "(placement - 1) % 2",
    "seen_at + INTERVAL 99999999 HOUR",
  ],
  "query-refused": [
    "1e3",
    "CURRENT_DATE",
    "EXISTS (SELECT 1 FROM sales)",
    "[placement]",
    "a.ads.placement",
    "abs(x := placement)",
    "avg(seconds)",
    "channel LIKE 's%'",
    "channel || 'x'",
    "channel COLLATE nocase",
    "clicked IS DISTINCT FROM clicked",
    "count(*)",
    "cost / 2",
    "current_setting('threads')",
    "day::VARCHAR::DATE IN (SELECT DATE '2026-01-01')",
    "getenv('HOME')",
    "hash(channel)",
    "id",
    "ads.id",
    "if(clicked, nope, 2)",
    "list_value(1)",
    "ln(placement)",
    "max(placement)",
    "now()",
    "nullif(placement, 3)",
    "Placement",
    '"placement "',
    "pow(placement, 2)",
    "random()",
    "row_number() OVER ()",
    "sqrt(placement)",
    "(SELECT 3)",
    "sum(placement)",
    "today()",
    "try(placement)",
    "uuid()",
    "$nobody",
    "{'a': 1}",
    '"+"(placement, 1)',
    "main.abs(placement)",
    "mod(placement, 2)",
    "greatest(placement)",
  ],
  "query-type": [
    "'2026-01-01' = day",
    "'x' IN (channel)",
    "(channel = 'search') = 1",
    "TRY_CAST(placement AS INTEGER)",
    "coalesce(NULL, placement)",
    "CAST(placement AS VARCHAR)",
    "CAST('yes' AS BOOLEAN)",
    "CAST('1' AS BOOLEAN)",
    "CAST('TRUE' AS BOOLEAN)",
    "CAST(channel AS INTEGER)",
    "CASE WHEN placement THEN 1 END",
    "CASE WHEN clicked THEN NULL ELSE 1 END",
    "CASE WHEN clicked THEN 1 ELSE 'x' END",
    "DATE '2026-02-30'",
    "NULL = 3",
    "TIMESTAMP '2026-01-01 00:00:00.5'",
    "TRY_CAST('3' AS INTEGER)",
    "TRY_CAST(channel AS DATE)",
    "TRY_CAST(cost AS DECIMAL(18, 1))",
    "TRY_CAST(cost AS DOUBLE)",
    "TRY_CAST(placement AS BOOLEAN)",
    "TRY_CAST(placement AS DECIMAL(38, 2))",
    "TRY_CAST(placement AS VARCHAR)",
    "abs(channel)",
    "channel = 'nowhere'",
    "channel = 3",
    "channel IN ('search', 'nowhere')",
    "channel = $days",
    "clicked + 1",
    "clicked AND placement",
    "coalesce(placement, 'x')",
    "cost + placement",
    "cost > placement",
    "date_diff('day', day, seen_at)",
    "date_diff('hour', day, day)",
    "date_diff('month', day, day)",
    "date_diff('week', day, day)",
    "date_part('dow', day)",
    "date_part('epoch', day)",
    "date_trunc('hour', seen_at)",
    "date_trunc('decade', day)",
    "date_trunc(channel, day)",
    "day + 7",
    "day + INTERVAL 1 HOUR",
    "day - day",
    "day = seen_at",
    "hour(day)",
    "least(cost, placement)",
    "placement % 0",
    "placement % cost",
    "placement // 0",
    "placement // $days",
    "placement // placement",
    "placement = 3.0",
    "placement = $rate",
    "seen_at + INTERVAL '1 day 2 hours'",
    "seen_at + INTERVAL '1.5 hours'",
    "seen_at + INTERVAL (2.5) SECOND",
    "seen_at + INTERVAL ($rate) DAY",
    "seen_at + INTERVAL (placement) DAY",
    "seen_at > '2026-01-01'",
    "seen_at > DATE '2026-01-01'",
    "99999999999999999999",
  ],
}

describe("expressions are refused", () => {
  for (const code of ["query-range", "query-refused", "query-type"] as const) {
    for (const sql of REFUSED[code]) {
      it(`${code}: ${sql}`, async () => {
        await expectCode(code, () => typed(sql))
      })
    }
  }

  it("for intervals that have no fixed length, or another form", async () => {
    for (const sql of ["day + INTERVAL 1 MONTH", "day + INTERVAL 1 YEAR", "INTERVAL 3 DAY", "INTERVAL 3 DAY + day"]) {
      await expectCode("query-refused", () => typed(sql))
    }
    for (const sql of ["day + to_days(3)", "day + to_days(placement)", "day + INTERVAL '1 month'"]) {
      await expectCode("query-type", () => typed(sql))
    }
  })
})
