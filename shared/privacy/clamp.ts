import type { Query, QueryPrivacy } from "../contract/query.ts"
import { absolute, textToScaled } from "../query/decimal.ts"
import type { Plan, PlanOutput } from "../query/plan.ts"
import { larger } from "../query/types/number.ts"
import { inadmissible } from "./inadmissible.ts"

/** Range of one identity's total in a group, in units of 10^-scale; `bound` is the largest magnitude in it. */
export interface Clamp {
  readonly bound: bigint
  readonly max: bigint
  readonly min: bigint
  readonly scale: number
}

/** Beyond it, totals of billions of identities would leave 38 digits. */
const LARGEST = 10n ** 18n

/** The clamp that the contract declares for the output column to which an aggregate belongs. */
export function clampOf(query: Query, privacy: QueryPrivacy, plan: Plan, index: number): Clamp {
  const aggregate = plan.aggregates[index]
  const name = plan.outputs.find((output) => aggregatesOf(output).includes(index))?.name
  const declared = privacy.clamps.find(({ column }) => column === name)
  if (aggregate === undefined || aggregate.kind === "count" || name === undefined || declared === undefined) {
    throw inadmissible(query, `${name ?? index}: a sum or average needs a clamp`)
  }
  const { type } = aggregate.argument
  const scale = type.kind === "decimal" ? type.scale : 0
  const [min, max] = [declared.min, declared.max].map((text) => {
    if ((text.split(".")[1] ?? "").length > scale) throw inadmissible(query, `${name}: a clamp finer than its values`)
    return textToScaled(text, scale)
  })
  if (min === undefined || max === undefined || min > max) throw inadmissible(query, `${name}: a clamp without values`)
  const bound = larger(absolute(min), absolute(max))
  if (bound === 0n || bound > LARGEST) throw inadmissible(query, `${name}: a clamp of nothing, or beyond 18 digits`)
  return { bound, max, min, scale }
}

/** Aggregates of the plan behind an output column. */
export function aggregatesOf(output: PlanOutput): readonly number[] {
  if (output.kind === "aggregate") return [output.aggregate]
  return output.kind === "ratio" ? [output.numerator, output.denominator] : []
}
