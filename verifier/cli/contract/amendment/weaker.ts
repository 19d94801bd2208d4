import type { Contract } from "../../../../shared/contract/contract.ts"
import type { ContractParty } from "../../../../shared/contract/party.ts"
import { ParleyError } from "../../../../shared/errors/index.ts"
import { keyId } from "../../../../shared/signed/keys.ts"

/**
 * Throws when an amendment asks a party for fewer keys than its predecessor, or leaves out a key that is still on the
 * party's card: one thief's key could do from then on what took two people.
 */
export function requireNoWeakerApprovals(before: Contract, after: Contract): void {
  const weaker = before.parties.flatMap((party) => {
    const now = after.parties.find(({ card }) => card.name === party.card.name)
    return now === undefined ? [] : weakerIn(party, now)
  })
  if (weaker.length === 0) return
  throw new ParleyError("contract-invalid", `the amendment weakens approvals: ${weaker.join("; ")}`, {
    todo: "Ask the named parties whether they want that; if so, sign with --accept-weaker-approvals.",
  })
}

function weakerIn(before: ContractParty, now: ContractParty): readonly string[] {
  const onCard = new Set(now.card.signingKeys.map(({ jwk }) => keyId(jwk)))
  return (["contract", "grant"] as const).flatMap((what) => {
    const [old, fresh] = [before.approvals[what], now.approvals[what]]
    const dropped = old.keys.filter((kid) => onCard.has(kid) && !fresh.keys.includes(kid))
    const fewer = fresh.required < old.required ? [`${fresh.required} in place of ${old.required} keys`] : []
    const gone = dropped.length === 0 ? [] : [`without ${dropped.map((kid) => kid.slice(0, 8)).join(", ")}`]
    return [...fewer, ...gone].map((fault) => `${now.card.name} (${what}): ${fault}`)
  })
}
