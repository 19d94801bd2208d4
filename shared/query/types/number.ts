import type { ValueType } from "../value-type.ts"

/** Interval arithmetic on grids: every bound and step is one that values of the operands can bring about, or wider. */
export type Numeric = Extract<ValueType, { kind: "decimal" | "integer" }>

interface Grid {
  readonly min: bigint
  readonly max: bigint
  /** 0 for a single value, which is on every grid. */
  readonly step: bigint
}

function grid({ max, min, step }: Numeric): Grid {
  return { max, min, step: min === max ? 0n : step }
}

function onGrid(like: Numeric, { max, min, step }: Grid): Numeric {
  return { ...like, max, min, step: step === 0n || min === max ? 1n : step }
}

export function greatestDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? (a < 0n ? -a : a) : greatestDivisor(b, a % b)
}

export function leastCommonMultiple(a: bigint, b: bigint): bigint {
  return (a / greatestDivisor(a, b)) * b
}

export function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient
}

export function floorModulo(a: bigint, b: bigint): bigint {
  return a - floorDivide(a, b) * b
}

export function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

export function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

/** The same values with more digits after the point. */
export function rescaled(type: Numeric, scale: number): Numeric {
  if (type.kind === "integer" || type.scale === scale) return type
  const factor = 10n ** BigInt(scale - type.scale)
  return { ...type, max: type.max * factor, min: type.min * factor, scale, step: type.step * factor }
}

export function scaleOfType(type: ValueType): number {
  return type.kind === "decimal" ? type.scale : 0
}

function aligned(left: Numeric, right: Numeric): readonly [Numeric, Grid, Grid] {
  const scale = Math.max(scaleOfType(left), scaleOfType(right))
  const [a, b] = [rescaled(left, scale), rescaled(right, scale)]
  return [a, grid(a), grid(b)]
}

export function sumOf(left: Numeric, right: Numeric): Numeric {
  const [like, a, b] = aligned(left, right)
  return onGrid(like, { max: a.max + b.max, min: a.min + b.min, step: greatestDivisor(a.step, b.step) })
}

export function negated(type: Numeric): Numeric {
  return { ...type, max: -type.min, min: -type.max }
}

/** (m + is)(n + jt) = mn + jmt + ins + ijst: all on the grid of the greatest divisor of mt, ns and st. */
export function productOf(left: Numeric, right: Numeric): Numeric {
  const [a, b] = [grid(left), grid(right)]
  const corners = [a.min * b.min, a.min * b.max, a.max * b.min, a.max * b.max]
  const step = greatestDivisor(greatestDivisor(a.min * b.step, b.min * a.step), a.step * b.step)
  const like = left.kind === "decimal" ? { ...left, scale: left.scale + scaleOfType(right) } : left
  return onGrid(like, { max: corners.reduce(larger), min: corners.reduce(smaller), step })
}

/** |m + is| is m or -m modulo s, so it is on the grid of the greatest divisor of s and 2m. */
export function absoluteOf(type: Numeric): Numeric {
  if (type.min >= 0n) return type
  if (type.max <= 0n) return negated(type)
  const step = greatestDivisor(type.step, 2n * type.min)
  return onGrid(type, { max: larger(-type.min, type.max), min: floorModulo(type.min, step), step })
}

/** Whole division of what is never negative. */
export function quotientOf(type: Numeric, by: bigint): Numeric {
  const { max, min, step } = grid(type)
  return onGrid(type, { max: max / by, min: min / by, step: step % by === 0n ? step / by : 1n })
}

export function remainderOf(type: Numeric, by: bigint): Numeric {
  const { max, min, step } = grid(type)
  if (min / by === max / by) return onGrid(type, { max: max % by, min: min % by, step })
  const divisor = greatestDivisor(step, by)
  const rest = min % divisor
  return onGrid(type, { max: by - divisor + rest, min: rest, step: divisor })
}

/** Every value of any of them. */
export function unionOf(types: readonly Numeric[]): Numeric {
  return types.reduce((left, right) => {
    const [like, a, b] = aligned(left, right)
    const step = greatestDivisor(greatestDivisor(a.step, b.step), a.min - b.min)
    return onGrid(like, { max: larger(a.max, b.max), min: smaller(a.min, b.min), step })
  })
}

/** Total of one to `rows` values. */
export function totalOf(type: Numeric, rows: bigint): Numeric {
  const { max, min, step } = grid(type)
  const bounds = { max: max > 0n ? max * rows : max, min: min < 0n ? min * rows : min }
  return onGrid(type, { ...bounds, step: rows === 1n ? step : greatestDivisor(step, min) })
}
