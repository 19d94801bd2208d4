import { keyId } from "../../signed/keys.ts"
import type { Contract } from "../contract.ts"
import type { ContractParty } from "../party.ts"
import { invalid, partyNames, requireOneOf } from "./require.ts"

export function checkParties(contract: Contract): void {
  for (const [index, party] of contract.parties.entries()) checkParty(party, `parties.${index}`)
  requireOneOf("terms.outputOwner", contract.terms.outputOwner, partyNames(contract))
  requireOneOf("terms.payer", contract.terms.payer, partyNames(contract))
}

/** An approval that asks for more keys than it lists could never be given. */
function checkParty({ approvals, card }: ContractParty, path: string): void {
  const onCard = card.signingKeys.map(({ jwk }) => keyId(jwk))
  for (const what of ["contract", "grant"] as const) {
    const { keys, required } = approvals[what]
    if (required > keys.length) throw invalid(`${path}.approvals.${what}`, "asks for more keys than it lists")
    for (const key of keys) requireOneOf(`${path}.approvals.${what}.keys`, key, onCard)
  }
}
