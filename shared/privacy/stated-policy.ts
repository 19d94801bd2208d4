import type { Contract } from "../contract/contract.ts"
import type { StatedPolicy } from "../contract/effective-policy.ts"
import type { Plan } from "../query/plan.ts"
import { effectivePolicy } from "../query/policy.ts"
import { privatePolicy } from "./policy.ts"

/** How the result of a query is kept from telling about persons, in either mode of release. */
export function statedPolicy(contract: Contract, plan: Plan): StatedPolicy {
  return contract.release.mode === "differential-privacy"
    ? privatePolicy(contract, plan)
    : effectivePolicy(contract, plan)
}
