import type { Contract } from "../contract/contract.ts"
import { approvalKeys, partyOf } from "../contract/in-force.ts"
import type { PublicJwk } from "../signed/keys.ts"

/** Names of the parties that must grant a run: every party of the contract, with data or without. */
export function requiredGranters(contract: Contract): readonly string[] {
  return contract.parties.map(({ card }) => card.name)
}

/** The keys that may sign a party's grant, and how many of them must. */
export function grantApproval(contract: Contract, party: string): { keys: readonly PublicJwk[]; required: number } {
  const found = partyOf(contract, party)
  return { keys: approvalKeys(found, "grant"), required: found.approvals.grant.required }
}

/** The keys that may sign a party's manifests, proposals and cancellations: any signing key on its card. */
export function partyKeys(contract: Contract, party: string): readonly PublicJwk[] {
  return partyOf(contract, party).card.signingKeys.map(({ jwk }) => jwk)
}
