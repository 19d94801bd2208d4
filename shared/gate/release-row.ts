import type { Contract } from "../contract/contract.ts"
import type { EffectivePolicy } from "../contract/effective-policy.ts"
import type { Result } from "../protocol/result.ts"
import { roundToStep, scaledToText, textToScaled } from "../query/decimal.ts"
import type { Aggregate, Plan, PlanOutput } from "../query/plan.ts"
import { scaleOfType } from "../query/types/number.ts"
import type { Group } from "./group.ts"

/** Digits that an average has beyond its argument's. */
const AVERAGE_DIGITS = 2
const RATIO_DIGITS = 6

/** A released number: value = units / 10^scale. */
interface Released {
  readonly units: bigint
  readonly scale: number
}

/** The cells of one released group: counts and sums to their steps, averages and ratios of what was rounded. */
export function releaseRow(plan: Plan, policy: EffectivePolicy, group: Group): (string | null)[] {
  const dimensions = [...group.dimensions]
  const released = plan.aggregates.map((_, index) => releasedNumber(plan, policy, group, index))
  const text = (number: Released | null | undefined) =>
    number === null || number === undefined ? null : scaledToText(number.units, number.scale)
  return plan.outputs.map((output) => {
    if (output.kind === "dimension") return dimensions.shift() ?? null
    if (output.kind === "aggregate") return text(released[output.aggregate])
    return text(ratio(released[output.numerator] ?? null, released[output.denominator] ?? null))
  })
}

function releasedNumber(plan: Plan, policy: EffectivePolicy, group: Group, index: number): Released | null {
  const [aggregate, found, own] = [plan.aggregates[index], group.aggregates[index], policy.aggregates[index]]
  if (aggregate === undefined || found === undefined || own === undefined) throw new RangeError("no aggregate")
  const scale = aggregate.kind === "count" ? 0 : scaleOfType(aggregate.argument.type)
  const units = roundToStep(found.total, textToScaled(own.step, scale))
  if (aggregate.kind !== "avg") return { scale, units }
  return average({ scale, units }, roundToStep(found.rows, rowStep(plan, policy)))
}

/** One identity's most rows: an exact divisor would give back what rounding the sum took away. */
function rowStep({ from }: Plan, { countStep }: EffectivePolicy): bigint {
  const step = BigInt(countStep)
  return ((from.rowsPerIdentity + step - 1n) / step) * step
}

function average(sum: Released, rows: bigint): Released | null {
  return quotient(sum, { scale: 0, units: rows }, sum.scale + AVERAGE_DIGITS)
}

function ratio(numerator: Released | null, denominator: Released | null): Released | null {
  return numerator === null || denominator === null ? null : quotient(numerator, denominator, RATIO_DIGITS)
}

/** The quotient with `digits` after the point, ties away from zero; null where there is none. */
function quotient(a: Released, b: Released, digits: number): Released | null {
  if (b.units === 0n) return null
  const sign = b.units < 0n ? -1n : 1n
  const [left, right] = [sign * a.units * 10n ** BigInt(b.scale + digits), sign * b.units * 10n ** BigInt(a.scale)]
  return { scale: digits, units: roundToStep(left, right) / right }
}

export function resultColumns(contract: Contract, plan: Plan): Result["columns"] {
  const declared = contract.queries.find(({ name }) => name === plan.query)?.output ?? []
  return plan.outputs.map((output) => {
    const kind = declared.find(({ name }) => name === output.name)?.kind
    if (kind === undefined) throw new RangeError("no such output")
    return { kind, name: output.name, type: typeOf(plan.aggregates, output) }
  })
}

function typeOf(aggregates: readonly Aggregate[], output: PlanOutput): Result["columns"][number]["type"] {
  if (output.kind === "ratio") return "decimal"
  if (output.kind === "dimension") {
    const { kind } = output.value.type
    if (kind === "decimal" || kind === "timestamp") throw new RangeError("no dimension has this type")
    return kind
  }
  const aggregate = aggregates[output.aggregate]
  if (aggregate === undefined || aggregate.kind === "avg") return "decimal"
  if (aggregate.kind === "count") return "integer"
  return aggregate.argument.type.kind === "decimal" ? "decimal" : "integer"
}
