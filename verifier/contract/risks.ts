import type { Contract } from "../../shared/contract/contract.ts"
import { contractAnchor } from "../attestation/anchor.ts"

/** What remains risky however the queries are written. Risks of these very queries are in the leakage report. */
export function risksOf(contract: Contract): readonly string[] {
  const { release } = contract
  return [
    ...(release.mode === "threshold"
      ? ["no differential privacy: thresholds, dominance and rounding bound what one result tells, not what many do"]
      : [
          "thresholds, dominance and rounding of the owners' rules do not apply: noise takes their place",
          "noise hides one person, and less well several who appear together, such as a household or one person's several identities",
          "what was released stays released: the budget bounds all runs together, and nothing gives it back",
        ]),
    ...(release.mode === "threshold" ? ["an owner that invents identities can fill a group up to the threshold"] : []),
    "owners who share the token secret can test guesses of each other's identities against tokens they hold",
    "the host sees sizes, times, party names and this contract",
    // By the root itself: the contract's own flag is its proposer's word.
    ...(contractAnchor(contract).simulated
      ? ["SIMULATED trust anchor: nothing isolates the data from the operator"]
      : []),
  ]
}
