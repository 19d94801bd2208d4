import type { Contract } from "../../../shared/contract/contract.ts"
import type { EffectivePolicy } from "../../../shared/contract/effective-policy.ts"
import type { Plan } from "../../../shared/query/plan.ts"
import { differences } from "./differences.ts"
import { fineness } from "./fineness.ts"
import { knownParts } from "./known-part.ts"
import type { Leak } from "./leak.ts"
import { numbersOf } from "./number.ts"
import { overTime } from "./over-time.ts"
import { solved } from "./solved.ts"
import { otherDimensions } from "./tables.ts"
import { exactCounts, overrides } from "./thresholds.ts"

/**
 * Numbers, parameters and pairs of runs that could be subtracted or solved for a person. What is named here obeys every
 * rule; the owners decide before they sign whether they want it. Differential privacy accounts for all of it instead.
 */
export function leakageReport(
  contract: Contract,
  judged: readonly { readonly plan: Plan; readonly policy: EffectivePolicy }[],
): readonly Leak[] {
  if (contract.release.mode !== "threshold") return []
  const byQuery = judged.map(({ plan }) => numbersOf(plan))
  // With a single run there is nothing to compare beyond its own numbers.
  const together = contract.limits.runs > 1 ? [byQuery.flat()] : byQuery
  return [
    ...together.flatMap((numbers) => [...differences(numbers), ...otherDimensions(numbers)]),
    ...contract.queries.flatMap((query) => [...solved(query), ...knownParts(contract, query)]),
    ...overTime(contract),
    ...overrides(contract),
    ...judged.flatMap(({ plan, policy }) => [
      ...contract.queries.filter(({ name }) => name === plan.query).flatMap((query) => exactCounts(query, policy)),
      ...fineness(contract, plan, policy),
    ]),
  ]
}
