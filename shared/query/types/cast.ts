import { absolute, roundToStep } from "../decimal.ts"
import type { ValueType } from "../value-type.ts"
import { MICROS_PER_DAY, truncated } from "./calendar.ts"
import type { Numeric } from "./number.ts"

/** What a cast is to: a kind, and for numbers the largest magnitude and the scale. */
export interface CastTarget {
  readonly kind: "date" | "decimal" | "integer" | "timestamp"
  readonly scale: number
  readonly largest: bigint
}

/** The result of a cast that can give no null of its own; null when there is no such cast. */
export function castTo(type: ValueType, target: CastTarget): ValueType | null {
  if (type.kind === "integer" && target.kind === "decimal") return fitting(toDecimal(type, target.scale), target)
  if (type.kind === "decimal" && target.kind === "integer") return fitting(toInteger(type), target)
  if (type.kind === "boolean" && target.kind === "integer") return { kind: "integer", max: 1n, min: 0n, step: 1n }
  if (type.kind === "timestamp" && target.kind === "date") return truncated(type, "day")
  if (type.kind !== "date" || target.kind !== "timestamp") return null
  return { kind: "timestamp", max: type.max * MICROS_PER_DAY, min: type.min * MICROS_PER_DAY }
}

/** An integer as a decimal with that many digits after the point. */
export function toDecimal({ max, min, step }: Numeric, scale: number): Numeric {
  const factor = 10n ** BigInt(scale)
  return { kind: "decimal", max: max * factor, min: min * factor, scale, step: step * factor }
}

/** DuckDB rounds to the nearest integer, ties away from zero. */
function toInteger({ max, min, step, ...type }: Numeric): Numeric {
  const one = 10n ** BigInt(type.kind === "decimal" ? type.scale : 0)
  const rounded = (units: bigint) => roundToStep(units, one) / one
  const whole = step % one === 0n && min % one === 0n
  return { kind: "integer", max: rounded(max), min: rounded(min), step: whole ? step / one : 1n }
}

/** Marked as out of all bounds where the target does not hold every value, so that nothing can become null. */
function fitting(type: Numeric, { largest }: CastTarget): ValueType {
  const fits = absolute(type.min) <= largest && absolute(type.max) <= largest
  return fits ? type : { ...type, max: 10n ** 30n }
}
