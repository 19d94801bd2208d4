import type { Column, ValueColumn } from "../../../shared/contract/columns.ts"
import type { Dataset } from "../../../shared/contract/dataset.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { identifier, literal } from "../engine/duckdb.ts"
import type { Input } from "./input.ts"

/** What can be wrong with one cell. */
export type FaultKind = "null" | "type" | "domain" | "range" | "empty"

/** A condition over the input's columns and one that stands for the value, wherever that is computed. */
export interface FaultCondition {
  readonly kind: FaultKind
  readonly when: (value: string) => string
}

/** How one contract column comes out of the input: its value, and a condition for each kind of fault. */
export interface Conversion {
  readonly column: string
  readonly source: string
  readonly value: string
  readonly faults: readonly FaultCondition[]
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

/** `parley_token` and `parley_empty` are the engine's functions for the contract's steps; see `token-functions.ts`. */
function conversion(column: Column, source: string, type: string): Conversion {
  const cell = identifier(source)
  const text = type === "VARCHAR" ? cell : `CAST(${cell} AS VARCHAR)`
  const missing: FaultCondition = { kind: "null", when: () => `${cell} IS NULL` }
  if (column.type === "identity") {
    const empty: FaultCondition = { kind: "empty", when: () => `${cell} IS NOT NULL AND parley_empty(${text})` }
    return { column: column.name, faults: [missing, empty], source, value: `parley_token(${text})` }
  }
  const faults = [...(column.nullable ? [] : [missing]), ...constraintFaults(column, cell, text)]
  return { column: column.name, faults, source, value: nativeSql(column, cell, type) ?? valueSql(column, text) }
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
    case "decimal":
      return fitsDecimal(type, column.scale) ? `CAST(${cell} AS DECIMAL(18, ${column.scale}))` : null
    case "text":
      return null
  }
}

/** No digit is lost, before or behind the point. */
function fitsDecimal(type: string, scale: number): boolean {
  const [, width, digits] = /^DECIMAL\((\d+),(\d+)\)$/.exec(type) ?? []
  return width !== undefined && Number(digits) <= scale && Number(width) - Number(digits) <= 18 - scale
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

/**
 * DuckDB's casts round ("1.5" to 2) and accept many spellings: the text must have the one shape, or be what DuckDB itself
 * writes for the value, which is quicker to see.
 */
function shaped(text: string, shape: string, type: string): string {
  const value = `TRY_CAST(${text} AS ${type})`
  return `CASE WHEN CAST(${value} AS VARCHAR) = ${text} OR regexp_full_match(${text}, ${literal(shape)}) THEN ${value} END`
}

function constraintFaults(column: ValueColumn, cell: string, text: string): readonly FaultCondition[] {
  const type: FaultCondition = { kind: "type", when: (value) => `${cell} IS NOT NULL AND (${value}) IS NULL` }
  switch (column.type) {
    case "text":
      return [{ kind: "domain", when: () => `${text} NOT IN (${column.domain.map(literal).join(", ")})` }]
    case "boolean":
      return [type]
    case "integer": {
      const { max, min, step } = column.range
      const offGrid = step === 1 ? null : (value: string) => `((${value}) - ${min}) % ${step} <> 0`
      return [type, rangeFault(String(min), String(max), offGrid)]
    }
    case "decimal": {
      const decimal = (number: string) => `CAST(${literal(number)} AS DECIMAL(18, ${column.scale}))`
      const { max, min, step } = column.range
      const offGrid = (value: string) => `((${value}) - ${decimal(min)}) % ${decimal(step)} <> 0`
      return [type, rangeFault(decimal(min), decimal(max), offGrid)]
    }
    case "date":
      return [type, rangeFault(`DATE ${literal(column.range.min)}`, `DATE ${literal(column.range.max)}`, null)]
    case "timestamp":
      return [type, rangeFault(stamp(column.range.min), stamp(column.range.max), null)]
  }
}

function rangeFault(min: string, max: string, offGrid: ((value: string) => string) | null): FaultCondition {
  const outside = (value: string) => `(${value}) NOT BETWEEN ${min} AND ${max}`
  const when = (value: string) => (offGrid === null ? outside(value) : `(${outside(value)} OR ${offGrid(value)})`)
  return { kind: "range", when }
}

function stamp(instant: string): string {
  return `TIMESTAMP ${literal(instant.replace("T", " ").replace("Z", ""))}`
}
