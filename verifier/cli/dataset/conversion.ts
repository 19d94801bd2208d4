import type { Column, ValueColumn } from "../../../shared/contract/columns.ts"
import type { Dataset } from "../../../shared/contract/dataset.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { identifier, literal } from "../engine/duckdb.ts"
import type { Input } from "./input.ts"

/** What can be wrong with one cell. */
export type FaultKind = "null" | "type" | "domain" | "range" | "empty"

/** How one contract column comes out of the input: its value, and a condition for each kind of fault. */
export interface Conversion {
  readonly column: string
  readonly source: string
  readonly value: string
  /** Condition for an empty cell, where it can be told without computing the value. */
  readonly isNull: string
  readonly faults: readonly { readonly kind: FaultKind; readonly when: string }[]
}

/** One conversion per contract column; throws `input-header` naming every column that the input lacks. */
export function conversionsOf(dataset: Dataset, input: Input, map: ReadonlyMap<string, string>): readonly Conversion[] {
  const sources = dataset.columns.map((column) => ({ column, source: map.get(column.name) ?? column.name }))
  const missing = sources.filter(({ source }) => !input.types.has(source)).map(({ source }) => source)
  for (const name of map.keys()) {
    if (!dataset.columns.some((column) => column.name === name)) missing.push(`${name} (not in the contract)`)
  }
  if (missing.length > 0) throw new ParleyError("input-header", `columns not found: ${missing.join(", ")}`)
  return sources.map(({ column, source }) => conversion(column, source, input.types.get(source) ?? "VARCHAR"))
}

function conversion(column: Column, source: string, type: string): Conversion {
  const text = type === "VARCHAR" ? identifier(source) : `CAST(${identifier(source)} AS VARCHAR)`
  if (column.type === "identity") return identityConversion(column.name, source, text)
  const native = nativeSql(column, identifier(source), type)
  const value = native ?? valueSql(column, text)
  const faults = [
    ...(column.nullable ? [] : [{ kind: "null" as const, when: `${text} IS NULL` }]),
    ...constraintFaults(column, text, value),
  ]
  return { column: column.name, faults, isNull: `${text} IS NULL`, source, value }
}

/** `parley_normalize` is the local engine's function for the contract's steps; see `tokens.ts`. */
function identityConversion(column: string, source: string, text: string): Conversion {
  const faults = [
    { kind: "null" as const, when: `${text} IS NULL` },
    { kind: "empty" as const, when: `${text} IS NOT NULL AND length(parley_normalized(${text})) = 0` },
  ]
  return { column, faults, isNull: `${text} IS NULL`, source, value: `parley_token(parley_normalized(${text}))` }
}

/** A cell whose type in the input already is the contract's needs no detour over text; null where it is not. */
function nativeSql(column: ValueColumn, cell: string, type: string): string | null {
  switch (column.type) {
    case "integer":
      return /^U?(?:TINYINT|SMALLINT|INTEGER)$|^BIGINT$/.test(type) ? `CAST(${cell} AS BIGINT)` : null
    case "boolean":
      return type === "BOOLEAN" ? cell : null
    case "date":
      return type === "DATE" ? cell : null
    case "timestamp":
      return type === "TIMESTAMP" ? cell : null
    case "text":
    case "decimal":
      return null
  }
}

function valueSql(column: ValueColumn, text: string): string {
  switch (column.type) {
    case "text":
      return text
    case "integer":
      return shaped(text, "[+-]?[0-9]{1,18}", "BIGINT")
    case "decimal":
      return shaped(
        text,
        `[+-]?[0-9]{1,${18 - column.scale}}(\\.[0-9]{1,${column.scale}}0*)?`,
        `DECIMAL(18, ${column.scale})`,
      )
    case "boolean":
      return shaped(text, "(?i)true|false|0|1", "BOOLEAN")
    case "date":
      return shaped(text, "[0-9]{4}-[0-9]{2}-[0-9]{2}", "DATE")
    case "timestamp":
      return shaped(text, "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6})?)?Z?", "TIMESTAMP")
  }
}

/** DuckDB's casts round ("1.5" to 2) and accept many spellings: the text must have the one shape first. */
function shaped(text: string, shape: string, type: string): string {
  return `CASE WHEN regexp_full_match(${text}, ${literal(shape)}) THEN TRY_CAST(${text} AS ${type}) END`
}

function constraintFaults(column: ValueColumn, text: string, value: string): Conversion["faults"] {
  const type = { kind: "type" as const, when: `${text} IS NOT NULL AND (${value}) IS NULL` }
  switch (column.type) {
    case "text":
      return [{ kind: "domain", when: `${text} NOT IN (${column.domain.map(literal).join(", ")})` }]
    case "boolean":
      return [type]
    case "integer": {
      const { max, min, step } = column.range
      return [
        type,
        rangeFault(value, String(min), String(max), step === 1 ? null : `((${value}) - ${min}) % ${step} <> 0`),
      ]
    }
    case "decimal": {
      const decimal = (number: string) => `CAST(${literal(number)} AS DECIMAL(18, ${column.scale}))`
      const { max, min, step } = column.range
      const offGrid = `((${value}) - ${decimal(min)}) % ${decimal(step)} <> 0`
      return [type, rangeFault(value, decimal(min), decimal(max), offGrid)]
    }
    case "date":
      return [type, rangeFault(value, `DATE ${literal(column.range.min)}`, `DATE ${literal(column.range.max)}`, null)]
    case "timestamp":
      return [type, rangeFault(value, stamp(column.range.min), stamp(column.range.max), null)]
  }
}

function rangeFault(value: string, min: string, max: string, offGrid: string | null) {
  const outside = `(${value}) NOT BETWEEN ${min} AND ${max}`
  return { kind: "range" as const, when: offGrid === null ? outside : `(${outside} OR ${offGrid})` }
}

function stamp(instant: string): string {
  return `TIMESTAMP ${literal(instant.replace("T", " ").replace("Z", ""))}`
}
