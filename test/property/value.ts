import type { ValueColumn } from "../../shared/contract/columns.ts"

/**
 * A cell: integers, decimals in units of their scale, dates in days and timestamps in microseconds since 1970 are
 * bigints. What is computed with them here shares nothing with the SQL that is tested.
 */
export type Value = bigint | boolean | string | null
/** A row of a dataset, or of a common table expression. */
export interface Row {
  readonly person: number
  readonly cells: ReadonlyMap<string, Value>
}

const DAY = 86_400_000n

export function units(text: string, scale: number): bigint {
  const [whole = "", fraction = ""] = text.split(".")
  return BigInt(`${whole}${fraction.padEnd(scale, "0")}`)
}

export function written(value: bigint, scale: number): string {
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, "0")
  const point = digits.length - scale
  return `${value < 0n ? "-" : ""}${digits.slice(0, point)}${scale === 0 ? "" : `.${digits.slice(point)}`}`
}

export function days(date: string): bigint {
  return BigInt(Date.parse(`${date}T00:00:00Z`)) / DAY
}

export function date(value: bigint): string {
  return new Date(Number(value * DAY)).toISOString().slice(0, 10)
}

export function micros(instant: string): bigint {
  return BigInt(Date.parse(instant)) * 1000n
}

export function instant(value: bigint): string {
  return `${new Date(Number(value / 1000n)).toISOString().slice(0, 19)}Z`
}

export function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return a % b < 0n ? quotient - 1n : quotient
}

/** A cell as SQL of the column's physical type. */
export function cellSql(column: ValueColumn, value: Value): string {
  if (value === null) return "NULL"
  switch (column.type) {
    case "text":
      return `'${String(value).replaceAll("'", "''")}'`
    case "decimal":
      return `'${written(BigInt(value), column.scale)}'`
    case "date":
      return `DATE '${date(BigInt(value))}'`
    case "timestamp":
      return `TIMESTAMP '${instant(BigInt(value)).replace("T", " ").replace("Z", "")}'`
    default:
      return String(value)
  }
}
