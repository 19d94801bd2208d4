import type { CalendarUnit, ClockUnit, PartUnit } from "../expression.ts"
import type { ValueType } from "../value-type.ts"
import { floorDivide, floorModulo, larger, smaller } from "./number.ts"

export type Temporal = Extract<ValueType, { kind: "date" | "timestamp" }>
type Integer = Extract<ValueType, { kind: "integer" }>

const MICROS_PER_SECOND = 1_000_000n
const MILLIS_PER_DAY = 86_400_000n
export const MICROS_PER_DAY = 86_400n * MICROS_PER_SECOND
const MICROS: Readonly<Record<ClockUnit, bigint>> = {
  day: MICROS_PER_DAY,
  hour: 3600n * MICROS_PER_SECOND,
  minute: 60n * MICROS_PER_SECOND,
  second: MICROS_PER_SECOND,
  week: 7n * MICROS_PER_DAY,
}

/** Days since 1970-01-01 of a date 2026-01-31. */
export function daysOf(date: string): bigint {
  return BigInt(Date.parse(`${date}T00:00:00Z`)) / MILLIS_PER_DAY
}

/** The date of days since 1970-01-01, from 0000-01-01 to 9999-12-31. */
export function dateOf(days: bigint): string {
  return new Date(Number(days * MILLIS_PER_DAY)).toISOString().slice(0, 10)
}

/** Microseconds since 1970-01-01T00:00:00Z of an instant 2026-01-31T12:00:00Z. */
export function microsOf(instant: string): bigint {
  return BigInt(Date.parse(instant)) * 1000n
}

function daysOfValue(type: Temporal, value: bigint): bigint {
  return type.kind === "date" ? value : floorDivide(value, MICROS_PER_DAY)
}

/** The first day of the unit; weeks begin on Monday. */
export function truncateDays(days: bigint, unit: CalendarUnit): bigint {
  if (unit === "day") return days
  if (unit === "week") return days - floorModulo(days + 3n, 7n)
  const [year = "", month = ""] = dateOf(days).split("-")
  if (unit === "year") return daysOf(`${year}-01-01`)
  const first = unit === "month" ? Number(month) : Number(month) - ((Number(month) - 1) % 3)
  return daysOf(`${year}-${String(first).padStart(2, "0")}-01`)
}

export function truncated(type: Temporal, unit: CalendarUnit): ValueType {
  const first = (value: bigint) => truncateDays(daysOfValue(type, value), unit)
  return { kind: "date", max: first(type.max), min: first(type.min), unit }
}

/** Moved by `count` units, for every count in its range. */
export function shifted(type: Temporal, unit: ClockUnit, count: Integer, back: boolean): Temporal {
  const size = type.kind === "date" ? MICROS[unit] / MICROS_PER_DAY : MICROS[unit]
  const [least, most] = back ? [-count.max, -count.min] : [count.min, count.max]
  const bounds = { max: type.max + most * size, min: type.min + least * size }
  if (type.kind === "timestamp") return { kind: "timestamp", ...bounds }
  return { kind: "date", ...bounds, unit: type.unit === "week" && unit === "week" ? "week" : "day" }
}

const PARTS: Readonly<Record<Exclude<PartUnit, "year">, readonly [bigint, bigint]>> = {
  day: [1n, 31n],
  hour: [0n, 23n],
  isodow: [1n, 7n],
  month: [1n, 12n],
  quarter: [1n, 4n],
}

export function partOf(type: Temporal, unit: PartUnit): Integer {
  const year = (value: bigint) => BigInt(dateOf(daysOfValue(type, value)).slice(0, 4))
  const [min, max] = unit === "year" ? [year(type.min), year(type.max)] : PARTS[unit]
  return { kind: "integer", max, min, step: 1n }
}

/** Boundaries of `unit` between two instants, or two dates by days: whole units since 1970, subtracted. */
export function differenceOf(unit: Exclude<ClockUnit, "week">, left: Temporal, right: Temporal): Integer {
  const units = (value: bigint) => (left.kind === "date" ? value : floorDivide(value, MICROS[unit]))
  const bounds = { max: units(right.max) - units(left.min), min: units(right.min) - units(left.max) }
  return { kind: "integer", ...bounds, step: 1n }
}

/** Every value of any of them, all of one kind. */
export function spanOf(types: readonly Temporal[]): Temporal {
  return types.reduce((left, right) => {
    const bounds = { max: larger(left.max, right.max), min: smaller(left.min, right.min) }
    if (left.kind === "timestamp" || right.kind === "timestamp") return { kind: "timestamp", ...bounds }
    return { kind: "date", ...bounds, unit: left.unit === right.unit ? left.unit : "day" }
  })
}
