import fc from "fast-check"
import { beforeAll, describe, expect, it } from "vitest"
import { ParleyError } from "../../../shared/errors/index.ts"
import type { Expression } from "../../../shared/query/expression.ts"
import { AdsRows, holds } from "../../support/ads-rows.ts"
import { QueryBench } from "../../support/query-contract.ts"

const RUNS = 300
const FEWEST_ACCEPTED = 100

let bench: QueryBench
let rows: AdsRows

beforeAll(async () => {
  bench = await QueryBench.open()
  rows = await AdsRows.open()
})

/** SQL of each kind of value over the columns of `ads`, well typed for the most part. */
interface Kinds {
  readonly boolean: string
  readonly date: string
  readonly decimal: string
  readonly integer: string
  readonly text: string
  readonly timestamp: string
}
type Kind = keyof Kinds

const kinds = fc.letrec<Kinds>((tie) => {
  const leaf = (...texts: readonly string[]) => ({ arbitrary: fc.constantFrom(...texts), weight: 4 })
  const made = (form: (...texts: readonly string[]) => string, ...parts: readonly Kind[]) => ({
    arbitrary: fc.tuple(...parts.map((kind) => tie(kind))).map((texts) => form(...texts.map(String))),
    weight: 1,
  })
  const choices = (kind: Kind) => [
    made((when, a, b) => `CASE WHEN ${when} THEN ${a} ELSE ${b} END`, "boolean", kind, kind),
    made((when, a) => `CASE WHEN ${when} THEN ${a} END`, "boolean", kind),
    made((a, b) => `coalesce(${a}, ${b})`, kind, kind),
    made((a, b) => `least(${a}, ${b})`, kind, kind),
    made((a, b) => `greatest(${a}, ${b})`, kind, kind),
  ]
  const arithmetic = (kind: Kind) => [
    made((a, b) => `(${a} + ${b})`, kind, kind),
    made((a, b) => `(${a} - ${b})`, kind, kind),
    made((a, b) => `(${a} * ${b})`, kind, kind),
    made((a) => `(-(${a}))`, kind),
    made((a) => `abs(${a})`, kind),
  ]
  const oneOf = (...options: readonly fc.WeightedArbitrary<string>[]) => fc.oneof({ maxDepth: 4 }, ...options)
  return {
    boolean: oneOf(
      leaf("clicked", "TRUE", "channel IN ('search', 'video')"),
      made((a, b) => `(${a} < ${b})`, "integer", "integer"),
      made((a, b) => `(${a} >= ${b})`, "decimal", "decimal"),
      made((a, b) => `(${a} = ${b})`, "date", "date"),
      made((a, b) => `(${a} <> ${b})`, "timestamp", "timestamp"),
      made((a) => `(${a} IS NULL)`, "integer"),
      made((a, b) => `(${a} AND NOT ${b})`, "boolean", "boolean"),
      made((a, b) => `(${a} OR ${b})`, "boolean", "boolean"),
    ),
    date: oneOf(
      leaf("day", "DATE '2026-02-28'"),
      ...choices("date"),
      made((a) => `(${a} + INTERVAL 9 DAY)`, "date"),
      made((a) => `date_trunc('week', ${a})`, "timestamp"),
      made((a) => `date_trunc('quarter', ${a} - INTERVAL '3 weeks')`, "date"),
      made((a) => `TRY_CAST(${a} AS DATE)`, "timestamp"),
    ),
    decimal: oneOf(
      leaf("cost", "0.5", "-1.25", "3.0"),
      ...choices("decimal"),
      ...arithmetic("decimal"),
      made((a) => `TRY_CAST(${a} AS DECIMAL(18, 3))`, "integer"),
    ),
    integer: oneOf(
      leaf("placement", "seconds", "3", "-2", "7"),
      ...choices("integer"),
      ...arithmetic("integer"),
      made((a) => `(abs(${a}) // 7)`, "integer"),
      made((a) => `(abs(${a}) % 6)`, "integer"),
      made((a) => `TRY_CAST(${a} AS BIGINT)`, "decimal"),
      made((a) => `TRY_CAST(${a} AS BIGINT)`, "boolean"),
      made((a, b) => `date_diff('day', ${a}, ${b})`, "date", "date"),
      made((a, b) => `date_diff('hour', ${a}, ${b})`, "timestamp", "timestamp"),
      made((a) => `date_part('isodow', ${a})`, "date"),
      made((a) => `hour(${a})`, "timestamp"),
      made((a) => `year(${a})`, "date"),
    ),
    text: oneOf(leaf("channel", "'search'", "'other'"), ...choices("text")),
    timestamp: oneOf(
      leaf("seen_at", "TIMESTAMP '2026-03-01 12:00:00'"),
      ...choices("timestamp"),
      made((a) => `(${a} - INTERVAL 50 HOUR)`, "timestamp"),
      made((a) => `TRY_CAST(${a} AS TIMESTAMP)`, "date"),
    ),
  }
})
const anyExpression = fc.oneof(...Object.values(kinds))

/** The judged expression, or null where it is refused for a range or a mix of types. */
async function judged(sql: string): Promise<Expression | null> {
  try {
    const { where } = (await bench.judge({ sql: `SELECT count(DISTINCT id) AS n FROM ads WHERE (${sql}) IS NULL` }))
      .from
    if (where?.node !== "is-null") throw new Error("no IS NULL")
    return where.operand
  } catch (cause) {
    if (cause instanceof ParleyError && ["query-range", "query-type"].includes(cause.code)) return null
    throw cause
  }
}

describe("no accepted expression", () => {
  it("fails on a row, leaves its type, or is null against it", async () => {
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(anyExpression, async (sql) => {
        const expression = await judged(sql)
        if (expression === null) return
        accepted++
        const cells = await rows.valuesOf(expression)
        expect(cells.length).toBeGreaterThan(0)
        expect(cells.filter((cell) => !holds(expression, cell))).toEqual([])
      }),
      { numRuns: RUNS },
    )
    expect(accepted).toBeGreaterThan(FEWEST_ACCEPTED)
  })
})
