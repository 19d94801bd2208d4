import type { Dataset } from "../contract/dataset.ts"
import { contributionBounds, scaleOf } from "./contribution.ts"
import { absolute, scaledToText, textToScaled } from "./decimal.ts"
import type { Plan } from "./plan.ts"
import { larger, leastCommonMultiple } from "./types/number.ts"

/**
 * Rounding step of a sum: the smallest common multiple of all owners' steps that is no less than the largest possible
 * contribution of as many persons as counts are rounded to. Otherwise 2^i per identity would decode every member of a
 * group from one sum (THREATS), and a sum of ones would be an exact count.
 */
export function sumStep(plan: Plan, index: number, datasets: readonly Dataset[]): string {
  const aggregate = plan.aggregates[index]
  if (aggregate === undefined) throw new RangeError(`no aggregate ${index}`)
  const declared = datasets.flatMap(({ rule }) => (rule.rounding.sumStep === null ? [] : [rule.rounding.sumStep]))
  const own = scaleOf(aggregate)
  const scale = Math.max(own, ...declared.map(digitsAfterPoint))
  // Totals are whole units of their own scale, so the step must be so too.
  const unit = 10n ** BigInt(scale - own)
  const step = declared.map((text) => textToScaled(text, scale)).reduce(leastCommonMultiple, unit)
  const { max, min } = contributionBounds(plan, index)
  const largest = larger(absolute(min), absolute(max)) * unit
  const multiple = (largest * countStepOf(datasets) + step - 1n) / step
  return scaledToText(larger(multiple, 1n) * step, scale)
}

function digitsAfterPoint(text: string): number {
  return text.split(".")[1]?.length ?? 0
}

/** Rounding step of counts: the least common multiple of all owners' steps. */
export function countStepOf(datasets: readonly Dataset[]): bigint {
  return datasets.map(({ rule }) => BigInt(rule.rounding.countStep)).reduce(leastCommonMultiple, 1n)
}
