import type { Expression } from "../../shared/query/expression.ts"
import type { ValueType } from "../../shared/query/value-type.ts"
import { date, days, floorDivide, micros, type Row, units, type Value } from "./value.ts"

/** Values of parameters as a proposal writes them. */
export type Given = Readonly<Record<string, number | string>>
/** One row of each relation, null where a LEFT JOIN found none. */
export type Joined = readonly (Row | null)[]

const MICROS = {
  day: 86_400_000_000n,
  hour: 3_600_000_000n,
  minute: 60_000_000n,
  second: 1_000_000n,
  week: 604_800_000_000n,
}

/** An expression's value for one joined row, straight from `shared/query/expression.ts`. */
export function evaluate(expression: Expression, joined: Joined, given: Given): Value {
  const value = (operand: Expression) => evaluate(operand, joined, given)
  switch (expression.node) {
    case "column":
      return joined[expression.relation]?.cells.get(expression.column) ?? null
    case "constant":
      return literalValue(expression.text, expression.type)
    case "parameter":
      return literalValue(String(given[expression.name]), expression.type)
    case "coalesce":
      return alike(expression.operands, value, scaleOf(expression.type)).find((found) => found !== null) ?? null
    case "greatest":
    case "least":
      return extreme(alike(expression.operands, value, scaleOf(expression.type)), expression.node)
    case "case": {
      const branch = expression.branches.find(({ when }) => value(when) === true)
      const result = branch === undefined ? expression.otherwise : branch.result
      return result === null ? null : rescaled(value(result), result.type, scaleOf(expression.type))
    }
    case "and":
    case "or":
      return connective(expression.operands.map(value), expression.node === "or")
    case "not":
      return strict([value(expression.operand)], ([a]) => a !== true)
    case "is-null":
      return value(expression.operand) === null
    case "compare": {
      const scale = Math.max(scaleOf(expression.left.type), scaleOf(expression.right.type))
      const order = (a: Value, b: Value) => compareValues(a, b)
      const { operator } = expression
      return strict(alike([expression.left, expression.right], value, scale), ([a = null, b = null]) =>
        holds(operator, order(a, b)),
      )
    }
    case "in": {
      const all = [expression.operand, ...expression.values]
      const [found = null, ...values] = alike(all, value, Math.max(...all.map(({ type }) => scaleOf(type))))
      return connective(
        values.map((other) => strict([found, other], ([a = null, b = null]) => compareValues(a, b) === 0)),
        true,
      )
    }
    default:
      return computed(expression, value)
  }
}

type Computed = Extract<
  Expression,
  {
    node:
      | "absolute"
      | "add"
      | "cast"
      | "difference"
      | "divide"
      | "modulo"
      | "multiply"
      | "negate"
      | "part"
      | "shift"
      | "subtract"
      | "truncate"
  }
>

/** Null in, null out. */
function computed(expression: Computed, value: (operand: Expression) => Value): Value {
  const scale = scaleOf(expression.type)
  const of = (operands: readonly Expression[], work: (numbers: readonly bigint[]) => Value) =>
    strict(operands.map(value), (values) => work(values.map((one) => BigInt(one ?? 0))))
  switch (expression.node) {
    case "multiply":
      return of([expression.left, expression.right], ([a = 0n, b = 0n]) => a * b)
    case "add":
    case "subtract": {
      const sign = expression.node === "add" ? 1n : -1n
      const sides = alike([expression.left, expression.right], value, scale)
      return strict(sides, ([a, b]) => BigInt(a ?? 0) + sign * BigInt(b ?? 0))
    }
    case "divide":
      return of([expression.left], ([a = 0n]) => a / expression.by)
    case "modulo":
      return of([expression.left], ([a = 0n]) => a % expression.by)
    case "absolute":
      return of([expression.operand], ([a = 0n]) => (a < 0n ? -a : a))
    case "negate":
      return of([expression.operand], ([a = 0n]) => -a)
    case "cast":
      return of([expression.operand], ([a = 0n]) => converted(a, expression.operand.type, expression.type))
    case "shift": {
      const unit = expression.type.kind === "date" ? MICROS[expression.unit] / MICROS.day : MICROS[expression.unit]
      return of([expression.operand, expression.count], ([a = 0n, n = 0n]) => a + (expression.back ? -n : n) * unit)
    }
    case "difference": {
      const unit = expression.left.type.kind === "date" ? 1n : MICROS[expression.unit]
      return of([expression.left, expression.right], ([a = 0n, b = 0n]) => floorDivide(b, unit) - floorDivide(a, unit))
    }
    case "truncate":
      return of([expression.operand], ([a = 0n]) => firstDay(dayOf(a, expression.operand.type), expression.unit))
    case "part":
      return of([expression.operand], ([a = 0n]) => partOf(a, expression.operand.type, expression.unit))
  }
}

function strict(values: readonly Value[], work: (values: readonly Value[]) => Value): Value {
  return values.includes(null) ? null : work(values)
}

/** Three-valued OR, and AND as its dual. */
function connective(values: readonly Value[], or: boolean): Value {
  if (values.includes(or)) return or
  return values.includes(null) ? null : !or
}

function extreme(values: readonly Value[], which: "greatest" | "least"): Value {
  const sorted = values.filter((value) => value !== null).toSorted(compareValues)
  return (which === "least" ? sorted[0] : sorted.at(-1)) ?? null
}

export function compareValues(a: Value, b: Value): number {
  if (typeof a === "string" && typeof b === "string") return Buffer.compare(Buffer.from(a), Buffer.from(b))
  const [x, y] = [Number(a), Number(b)]
  if (typeof a === "bigint" && typeof b === "bigint") return a < b ? -1 : a > b ? 1 : 0
  return x - y
}

function holds(operator: string, order: number): boolean {
  return (
    { "<": order < 0, "<=": order <= 0, "<>": order !== 0, "=": order === 0, ">": order > 0, ">=": order >= 0 }[
      operator
    ] ?? false
  )
}

function alike(
  operands: readonly Expression[],
  value: (operand: Expression) => Value,
  scale: number,
): readonly Value[] {
  return operands.map((operand) => rescaled(value(operand), operand.type, scale))
}

function rescaled(value: Value, type: ValueType, scale: number): Value {
  return typeof value === "bigint" ? value * 10n ** BigInt(scale - scaleOf(type)) : value
}

function scaleOf(type: ValueType): number {
  return type.kind === "decimal" ? type.scale : 0
}

function literalValue(text: string, type: ValueType): Value {
  switch (type.kind) {
    case "text":
      return text
    case "boolean":
      return text === "true"
    case "date":
      return days(text)
    case "timestamp":
      return micros(text)
    default:
      return units(text, scaleOf(type))
  }
}

/** Between numbers half away from zero; booleans are 0 and 1. */
function converted(value: bigint, from: ValueType, to: ValueType): bigint {
  if (from.kind === "timestamp" && to.kind === "date") return floorDivide(value, MICROS.day)
  if (from.kind === "date" && to.kind === "timestamp") return value * MICROS.day
  const [scale, target] = [scaleOf(from), scaleOf(to)]
  if (target >= scale) return value * 10n ** BigInt(target - scale)
  const step = 10n ** BigInt(scale - target)
  const magnitude = ((value < 0n ? -value : value) * 2n + step) / (2n * step)
  return value < 0n ? -magnitude : magnitude
}

function dayOf(value: bigint, type: ValueType): bigint {
  return type.kind === "date" ? value : floorDivide(value, MICROS.day)
}

function firstDay(day: bigint, unit: "day" | "month" | "quarter" | "week" | "year"): bigint {
  if (unit === "day") return day
  if (unit === "week") return day - (isoDay(day) - 1n)
  const [year = "", month = ""] = date(day).split("-")
  const first = { month, quarter: String(Math.floor((Number(month) - 1) / 3) * 3 + 1).padStart(2, "0"), year: "01" }[
    unit
  ]
  return days(`${year}-${first}-01`)
}

function isoDay(day: bigint): bigint {
  return BigInt(new Date(Number(day * 86_400_000n)).getUTCDay() || 7)
}

function partOf(value: bigint, type: ValueType, unit: string): bigint {
  const day = dayOf(value, type)
  if (unit === "isodow") return isoDay(day)
  if (unit === "hour") return (value - day * MICROS.day) / MICROS.hour
  const [year = "", month = "", of = ""] = date(day).split("-")
  if (unit === "quarter") return BigInt(Math.floor((Number(month) - 1) / 3) + 1)
  return BigInt({ day: of, month, year }[unit] ?? 0)
}
