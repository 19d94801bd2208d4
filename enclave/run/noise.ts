import type { ContractInForce } from "../../shared/contract/in-force.ts"
import { noiseSeed } from "../../shared/privacy/noise-seed.ts"
import type { ProposedRun } from "./proposal.ts"
import type { OwnerSecret } from "./secrets.ts"

/** The seed of a private result; null under thresholds. Owners come in the contract's order, as their grants do. */
export function seedOf({ contract, digest }: ContractInForce, run: ProposedRun, secrets: readonly OwnerSecret[]) {
  if (contract.release.mode !== "differential-privacy") return null
  const { manifests, parameters, query } = run.proposal.payload
  const optOuts = secrets.map(({ optOuts: tokens, owner }) => ({ owner, tokens: [...tokens] }))
  return noiseSeed(
    { contract: digest, manifests, optOuts, parameters, query },
    secrets.map(({ noiseShare }) => noiseShare),
  )
}
