import type { Contract } from "../contract/contract.ts"
import { ParleyError } from "../errors/index.ts"

/**
 * A contract is private as a whole or not at all: thresholds on true counts beside noisy ones would give the noise away,
 * and a budget that nothing is booked on would promise something.
 */
export function checkPrivacyTerms({ datasets, limits, queries, release }: Contract): void {
  const noisy = release.mode === "differential-privacy"
  for (const [index, { privacy }] of queries.entries()) {
    if ((privacy !== null) === noisy) continue
    throw invalid(`queries.${index}.privacy`, noisy ? "is missing in a private contract" : "needs a private contract")
  }
  for (const [index, { rule }] of datasets.entries()) {
    if ((rule.privacyBudget !== null) === noisy) continue
    const what = noisy ? "is missing in a private contract" : "needs a private contract"
    throw invalid(`datasets.${index}.rule.privacyBudget`, what)
  }
  if (release.mode !== "differential-privacy") return
  // The time of release is fixed in advance, so whatever else could end a run must come after it.
  for (const limit of ["grantLifetimeSeconds", "runSeconds"] as const) {
    if (release.delaySeconds >= limits[limit]) throw invalid("release.delaySeconds", `is not less than limits.${limit}`)
  }
}

function invalid(path: string, what: string): ParleyError {
  return new ParleyError("contract-invalid", `${path}: ${what}`)
}
