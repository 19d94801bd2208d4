import { roundToStep, scaledToText } from "../query/decimal.ts"
import type { Plan, PlanOutput } from "../query/plan.ts"
import type { GroupKey } from "./domain.ts"
import type { Mechanism, NoisyNumber } from "./mechanism.ts"

/** Digits of an average beyond its measure's, and of a ratio after the point. */
const AVERAGE_DIGITS = 2
const RATIO_DIGITS = 6

/** Averages and ratios are made of noisy numbers alone: that costs nothing more. */
export function releasedRow(plan: Plan, mechanism: Mechanism, group: GroupKey, noisy: readonly bigint[]) {
  const keys = [...group]
  return plan.outputs.map((output) => {
    if (output.kind === "dimension") return keys.shift() ?? null
    return numberText(plan, mechanism, output, noisy)
  })
}

function numberText(
  plan: Plan,
  mechanism: Mechanism,
  output: Exclude<PlanOutput, { kind: "dimension" }>,
  noisy: readonly bigint[],
): string | null {
  const fraction = (aggregate: number) => fractionOf(plan, mechanism, aggregate, noisy)
  if (output.kind === "ratio") {
    const [over, under] = [fraction(output.numerator), fraction(output.denominator)]
    if (over.divisor === 0n || under.divisor === 0n) return null
    return quotient(over.units * under.divisor, over.divisor * under.units, RATIO_DIGITS)
  }
  const scale = mechanism.clamps[output.aggregate]?.scale ?? 0
  const { divisor, units } = fraction(output.aggregate)
  if (plan.aggregates[output.aggregate]?.kind !== "avg") return scaledToText(units, scale)
  return quotient(units, divisor, scale + AVERAGE_DIGITS)
}

/** A noisy aggregate as units / divisor; an average is divided by its noisy number of rows, if that is above zero. */
function fractionOf(plan: Plan, { clamps, numbers }: Mechanism, index: number, noisy: readonly bigint[]) {
  const find = (part: NoisyNumber["part"]) =>
    noisy[numbers.findIndex((number) => number.aggregate === index && number.part === part)] ?? 0n
  const ones = 10n ** BigInt(clamps[index]?.scale ?? 0)
  if (plan.aggregates[index]?.kind !== "avg") return { divisor: ones, units: find("value") }
  const rows = find("rows")
  return { divisor: rows > 0n ? ones * rows : 0n, units: find("value") }
}

/** Null for a denominator of zero. */
function quotient(numerator: bigint, denominator: bigint, digits: number): string | null {
  if (denominator === 0n) return null
  const [over, under] = denominator < 0n ? [-numerator, -denominator] : [numerator, denominator]
  return scaledToText(roundToStep(over * 10n ** BigInt(digits), under) / under, digits)
}
