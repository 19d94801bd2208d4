import type { Bytes } from "../../shared/bytes.ts"
import { type ContractInForce, openApproved } from "../../shared/contract/in-force.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { parseCanonical } from "../../shared/json/canonical.ts"
import { Grant } from "../../shared/protocol/grant.ts"
import { grantApproval, requiredGranters } from "../../shared/protocol/granters.ts"
import type { Proposal } from "../../shared/protocol/proposal.ts"
import { peekJwsUnverified, type Signed } from "../../shared/signed/jws.ts"
import { KINDS } from "../../shared/signed/kinds.ts"

/** How far a granter's clock may run before the security module's, in milliseconds. */
const SKEW_MS = 5 * 60_000

/** What every grant of a run must say. */
export interface GrantExpectation {
  readonly inForce: ContractInForce
  readonly proposal: Signed<Proposal>
  readonly encryptionKey: string
  readonly signingKey: string
  /** Whether this boot issued the document with that digest. */
  readonly issued: (document: string) => boolean
  readonly now: Date
}

/** A party's grant, approved by as many of its keys as the contract asks for. */
export interface PartyGrant {
  readonly party: string
  readonly grant: Signed<Grant>
  readonly signatures: readonly Bytes[]
}

/** Judges all grants of a run: one by each party, all of one proposal and of this boot. */
export async function openGrants(
  expected: GrantExpectation,
  signatures: readonly Bytes[],
): Promise<readonly PartyGrant[]> {
  const byParty = groupByParty(signatures)
  const parties = requiredGranters(expected.inForce.contract)
  for (const party of byParty.keys()) {
    if (!parties.includes(party)) throw new ParleyError("grant-invalid", "a grant by no party of the contract")
  }
  const grants: PartyGrant[] = []
  for (const party of parties) {
    const own = byParty.get(party)
    if (own === undefined) throw new ParleyError("grant-missing", `waiting for: ${party} (grant)`)
    grants.push({ grant: await openGrant(expected, party, own), party, signatures: own })
  }
  return grants
}

function groupByParty(signatures: readonly Bytes[]): ReadonlyMap<string, readonly Bytes[]> {
  return Map.groupBy(signatures, (jws) => {
    const { payload } = peekJwsUnverified("grant", jws)
    return parseCanonical(payload, Grant, KINDS.grant.maxBytes).party
  })
}

async function openGrant(expected: GrantExpectation, party: string, own: readonly Bytes[]): Promise<Signed<Grant>> {
  if (new Set(own.map((jws) => peekJwsUnverified("grant", jws).digest)).size > 1) {
    throw new ParleyError("grant-conflict", `${party}: two different grants for one run`)
  }
  const { keys, required } = grantApproval(expected.inForce.contract, party)
  const grant = await openApproved("grant", own, Grant, keys, required)
  requireSame(expected, party, grant.payload)
  requireInTime(expected, party, grant.payload)
  requireSecret(expected, party, grant.payload)
  requireOwnersCited(expected, party, grant.payload)
  return grant
}

function requireSame(expected: GrantExpectation, party: string, grant: Grant): void {
  const { inForce, proposal } = expected
  if (grant.contract !== inForce.digest) throw new ParleyError("contract-mismatch", `${party}: another contract`)
  if (grant.proposal !== proposal.digest || grant.sequence !== proposal.payload.sequence) {
    throw new ParleyError("proposal-mismatch", `${party}: the grant names another proposal`)
  }
  const { encryptionKey, signingKey, document } = grant.session
  if (encryptionKey !== expected.encryptionKey || signingKey !== expected.signingKey || !expected.issued(document)) {
    throw new ParleyError("grant-invalid", `${party}: the grant is for another boot of the enclave`)
  }
}

function requireInTime({ inForce, now }: GrantExpectation, party: string, grant: Grant): void {
  const created = Date.parse(grant.created)
  const expires = Date.parse(grant.expires)
  const lifetime = inForce.contract.limits.grantLifetimeSeconds * 1000
  if (expires <= created || expires - created > lifetime || created > now.getTime() + SKEW_MS) {
    throw new ParleyError("grant-invalid", `${party}: the grant's times do not fit the contract`)
  }
  if (now.getTime() > expires) throw new ParleyError("grant-expired", `${party}: expired at ${grant.expires}`)
}

/** Whoever owns a dataset of this run gives keys; nobody else does. */
function requireSecret({ inForce, proposal }: GrantExpectation, party: string, grant: Grant): void {
  const owns = ownersOf(inForce, proposal).has(party)
  if (owns !== (grant.secret !== null) || owns !== (grant.optOuts !== null)) {
    throw new ParleyError(
      "grant-invalid",
      `${party}: keys come from the owners of the proposed data, and only from them`,
    )
  }
}

/** Only an owner of this run opens commitments: one of anybody else, cited, would be passed over without a word. */
function requireOwnersCited({ inForce, proposal }: GrantExpectation, party: string, grant: Grant): void {
  const owners = ownersOf(inForce, proposal)
  if (grant.seenOptOuts.every((seen) => owners.has(seen.party))) return
  throw new ParleyError("grant-invalid", `${party}: opt-outs of a party without data in this run`)
}

function ownersOf({ contract }: ContractInForce, { payload }: Signed<Proposal>): ReadonlySet<string> {
  const names = new Set(payload.manifests.map(({ dataset }) => dataset))
  return new Set(contract.datasets.filter(({ name }) => names.has(name)).map(({ owner }) => owner))
}
