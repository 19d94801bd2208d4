import type { Aggregate, Plan } from "./plan.ts"
import { larger, scaleOfType, smaller } from "./types/number.ts"

export interface Bounds {
  readonly min: bigint
  readonly max: bigint
}

/** Bounds of one identity's total, in units of the argument's scale; 0 is always within. */
export function contributionBounds(plan: Pick<Plan, "aggregates" | "from">, index: number): Bounds {
  const aggregate = plan.aggregates[index]
  if (aggregate === undefined) throw new RangeError(`no aggregate ${index}`)
  if (aggregate.kind === "count") return { max: 1n, min: 0n }
  const { type } = aggregate.argument
  if (type.kind !== "integer" && type.kind !== "decimal") throw new RangeError("no number")
  const rows = plan.from.rowsPerIdentity
  return { max: larger(0n, type.max * rows), min: smaller(0n, type.min * rows) }
}

/** Digits after the point of an aggregate's total. */
export function scaleOf(aggregate: Aggregate): number {
  return aggregate.kind === "count" ? 0 : scaleOfType(aggregate.argument.type)
}
