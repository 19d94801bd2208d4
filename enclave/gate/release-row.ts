import type { Contract } from "../../shared/contract/contract.ts"
import type { EffectivePolicy } from "../../shared/contract/effective-policy.ts"
import type { Result } from "../../shared/protocol/result.ts"
import { roundToStep, scaledToText } from "../../shared/query/decimal.ts"
import type { ColumnUse, JudgedQuery } from "../../shared/query/judged.ts"
import { rowsPerIdentity, sumStep } from "../../shared/query/policy.ts"
import type { Group, Measure } from "./groups.ts"

/** Digits that an average has beyond its measure's. */
const AVERAGE_DIGITS = 2

/** The cells of one released group: counts to their step, sums to theirs, averages of what was rounded. */
export function releaseRow(
  contract: Contract,
  plan: JudgedQuery,
  policy: EffectivePolicy,
  group: Group,
): (string | null)[] {
  const dimensions = [...group.dimensions]
  const measures = [...group.measures]
  return plan.outputs.map((output) => {
    if (output.kind === "dimension") return dimensions.shift() ?? null
    if (output.kind === "count") return roundToStep(group.people, BigInt(policy.countStep)).toString()
    const measure = measures.shift() ?? { contributing: 0n, rows: 0n, total: 0n }
    const sum = roundToStep(measure.total, sumStep(contract, plan, output.column))
    if (output.kind === "sum") return scaledToText(sum, output.column.scale)
    return average(contract, plan, policy, output.column, measure, sum)
  })
}

/**
 * The rounded sum over the number of rows with a value, itself rounded to one identity's most rows: an exact divisor
 * would give back what rounding the sum took away.
 */
function average(
  contract: Contract,
  plan: JudgedQuery,
  { countStep }: EffectivePolicy,
  { scale }: ColumnUse,
  { rows }: Measure,
  sum: bigint,
): string | null {
  const step = BigInt(Math.max(countStep, rowsPerIdentity(contract, plan)))
  const divisor = roundToStep(rows, step)
  if (divisor === 0n) return null
  const scaled = roundToStep(sum * 10n ** BigInt(AVERAGE_DIGITS), divisor) / divisor
  return scaledToText(scaled, scale + AVERAGE_DIGITS)
}

export function resultColumns(plan: JudgedQuery): Result["columns"] {
  return plan.outputs.map((output) => ({ kind: output.kind, name: output.name, type: typeOf(output) }))
}

function typeOf(output: JudgedQuery["outputs"][number]): Result["columns"][number]["type"] {
  if (output.kind === "count") return "integer"
  if (output.kind === "avg") return "decimal"
  const { type } = output.column
  return type === "timestamp" ? "text" : type
}
