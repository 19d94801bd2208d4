import type { DuckDBConnection } from "@duckdb/node-api"
import { textToScaled } from "../../shared/query/decimal.ts"
import type { Expression } from "../../shared/query/expression.ts"
import { Binder } from "../../shared/query/sql/binder.ts"
import { expressionSql } from "../../shared/query/sql/expression.ts"
import type { ValueType } from "../../shared/query/value-type.ts"
import { openLocalEngine } from "../../verifier/cli/engine/duckdb.ts"

/** Values of the dataset `ads` of `QueryBench`: the ends of its declared ranges and some in between, nulls where there may be. */
const ROWS = `SELECT channel, CAST(placement AS BIGINT) AS placement, seen_at, CAST(seen_at AS DATE) AS day,
  CAST(cost AS DECIMAL(18, 2)) AS cost, CAST(seconds AS BIGINT) AS seconds, clicked
FROM (VALUES ('search'), ('social'), ('video')) AS a(channel), (VALUES (0), (3), (9)) AS b(placement),
  (VALUES (TIMESTAMP '2026-01-01 00:00:00'), (TIMESTAMP '2026-05-31 23:59:59'),
    (TIMESTAMP '2026-12-31 23:59:59')) AS c(seen_at),
  (VALUES (0.00), (1.35), (2.50)) AS d(cost), (VALUES (-5), (0), (17), (600), (NULL)) AS e(seconds),
  (VALUES (TRUE), (FALSE), (NULL)) AS f(clicked)`

/** DuckDB's own evaluation of expressions over rows of `ads`. */
export class AdsRows {
  readonly #engine: DuckDBConnection

  private constructor(engine: DuckDBConnection) {
    this.#engine = engine
  }

  static async open(): Promise<AdsRows> {
    const engine = await openLocalEngine({ memoryBytes: 256 * 1024 * 1024, spillFolder: null })
    await engine.run(`CREATE TABLE ads AS ${ROWS}`)
    return new AdsRows(engine)
  }

  /** Different values of what is run for a judged expression; null among them where there is one. */
  async valuesOf(expression: Expression): Promise<readonly (string | null)[]> {
    const sql = shown(expressionSql(expression, new Binder()), expression.type)
    const result = await this.#engine.runAndReadAll(`SELECT DISTINCT CAST(${sql} AS VARCHAR) FROM ads AS r0`)
    return result.getRows().map(([cell]) => (cell === null || cell === undefined ? null : String(cell)))
  }

  /** Rows on which what is run differs from what DuckDB makes of the SQL as it is written. */
  async differing(sql: string, expression: Expression): Promise<number> {
    const run = shown(expressionSql(expression, new Binder()), expression.type)
    const written = shown(`(${sql})`, expression.type)
    const result = await this.#engine.runAndReadAll(
      `SELECT count(*) FROM ads AS r0 WHERE ${written} IS DISTINCT FROM ${run}`,
    )
    return Number(result.getRows()[0]?.[0])
  }
}

/** A value in a form from which its units are read. */
function shown(sql: string, type: ValueType): string {
  if (type.kind === "decimal") return `CAST(${sql} AS DECIMAL(38, ${type.scale}))`
  if (type.kind === "date") return `date_diff('day', DATE '1970-01-01', CAST(${sql} AS DATE))`
  return type.kind === "timestamp" ? `epoch_us(${sql})` : sql
}

/** Whether a type has a value that DuckDB has shown. */
export function holds({ nullable, type }: Pick<Expression, "nullable" | "type">, cell: string | null): boolean {
  if (cell === null) return nullable
  if (type.kind === "text") return type.domain.includes(cell)
  if (type.kind === "boolean") return cell === "true" || cell === "false"
  const units = type.kind === "decimal" ? textToScaled(cell, type.scale) : BigInt(cell)
  const onGrid = type.kind === "integer" || type.kind === "decimal" ? (units - type.min) % type.step === 0n : true
  return units >= type.min && units <= type.max && onGrid
}
