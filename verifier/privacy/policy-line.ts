import type { StatedPolicy } from "../../shared/contract/effective-policy.ts"

/** What keeps a result from telling about persons, in one line. */
export function policyLine(policy: StatedPolicy): string {
  if (policy.mode === "threshold") return `at least ${policy.minIdentities} identities behind every number`
  const costs = policy.guarantees.map(
    ({ dataset, delta, epsilon }) => `${dataset} epsilon ${epsilon} at delta ${delta}`,
  )
  return `noise on every number; the run costs rho ${policy.rho}: ${costs.join(", ")}`
}
