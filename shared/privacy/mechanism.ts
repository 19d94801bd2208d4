import type { Contract } from "../contract/contract.ts"
import type { Query, QueryPrivacy } from "../contract/query.ts"
import type { Plan } from "../query/plan.ts"
import { requireAdmissible } from "./admissible.ts"
import { type Clamp, clampOf } from "./clamp.ts"
import { type GroupKey, groupsOf } from "./domain.ts"
import { type Rational, rational, rationalOf } from "./rational.ts"

/**
 * One number that gets noise in every group. Without one identity it changes by at most `bound` in each of at most
 * `groupsPerIdentity` groups, and in no other: the square of its l2-sensitivity is `bound`^2 times that many.
 */
export interface NoisyNumber {
  readonly aggregate: number
  readonly part: "rows" | "value"
  /** In units of the number: 1 of a count, 10^-scale of a sum. */
  readonly bound: bigint
  readonly variance: Rational
}

/** How a query is answered: the same for everybody, from the contract alone. */
export interface Mechanism {
  readonly query: Query
  readonly privacy: QueryPrivacy
  readonly groups: readonly GroupKey[]
  readonly numbers: readonly NoisyNumber[]
  /** By aggregate: the range to which one identity's total in a group is brought; null for counts. */
  readonly clamps: readonly (Clamp | null)[]
}

/**
 * The mechanism of one query, or `query-privacy` where the proof has a gap. Neighbours are two collections of data that
 * differ in one identity, with all of its rows in all datasets. Every row of the joined data has one identity, every
 * step before the last sum works on one identity's rows alone, so a number of a group is a sum of one term per identity.
 * The discrete Gaussian with variance s^2 on such numbers is (sensitivity^2 / 2 s^2)-zCDP (Canonne, Kamath, Steinke 2020,
 * Theorem 14); the numbers of a query share its rho equally, and add up to it.
 */
export function mechanismOf(contract: Contract, plan: Plan): Mechanism {
  const { privacy, query } = requireAdmissible(contract, plan)
  const clamps = plan.aggregates.map((aggregate, index) =>
    aggregate.kind === "count" ? null : clampOf(query, privacy, plan, index),
  )
  const bounds = plan.aggregates.flatMap(({ kind }, aggregate): readonly Omit<NoisyNumber, "variance">[] => {
    const value = { aggregate, bound: clamps[aggregate]?.bound ?? 1n, part: "value" } as const
    return kind === "avg" ? [value, { aggregate, bound: plan.from.rowsPerIdentity, part: "rows" }] : [value]
  })
  const numbers = bounds.map((number) => ({ ...number, variance: varianceOf(privacy, number.bound, bounds.length) }))
  return { clamps, groups: groupsOf(contract, query, plan), numbers, privacy, query }
}

/** sensitivity^2 / (2 rho / numbers), exactly. */
function varianceOf({ groupsPerIdentity, rho }: QueryPrivacy, bound: bigint, numbers: number): Rational {
  const { denominator, numerator } = rationalOf(rho)
  return rational(bound * bound * BigInt(groupsPerIdentity) * BigInt(numbers) * denominator, 2n * numerator)
}
