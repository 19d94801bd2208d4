import { type ContractInForce, openApproved } from "../../shared/contract/in-force.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { parseCanonical } from "../../shared/json/canonical.ts"
import type { Bundle } from "../../shared/protocol/bundle.ts"
import { Grant } from "../../shared/protocol/grant.ts"
import { grantApproval, partyKeys, requiredGranters } from "../../shared/protocol/granters.ts"
import { Manifest } from "../../shared/protocol/manifest.ts"
import { Proposal } from "../../shared/protocol/proposal.ts"
import { openJws, peekJwsUnverified, type Signed } from "../../shared/signed/jws.ts"
import { jwsBytes } from "../../shared/signed/jws-object.ts"
import { KINDS } from "../../shared/signed/kinds.ts"

/** The signed objects of a bundle, verified one by one against the contract's keys. */
export interface BundleRun {
  readonly proposal: Signed<Proposal>
  readonly manifests: ReadonlyMap<string, Signed<Manifest>>
  readonly grants: ReadonlyMap<string, Signed<Grant>>
}

export async function openBundleRun(inForce: ContractInForce, bundle: Bundle): Promise<BundleRun> {
  const proposal = await openProposal(inForce, bundle)
  return {
    grants: await openGrants(inForce, bundle, proposal),
    manifests: await openManifests(inForce, bundle, proposal.payload),
    proposal,
  }
}

async function openProposal({ contract, digest }: ContractInForce, bundle: Bundle): Promise<Signed<Proposal>> {
  const [first, ...others] = bundle.proposal.map(jwsBytes)
  if (first === undefined || others.length > 0) throw new ParleyError("receipt-invalid", "expected one proposal")
  const claimed = parseCanonical(peekJwsUnverified("proposal", first).payload, Proposal, KINDS.proposal.maxBytes)
  if (claimed.contract !== digest) throw new ParleyError("contract-mismatch", "proposal of another contract")
  return openJws("proposal", first, Proposal, partyKeys(contract, claimed.proposer))
}

async function openManifests({ contract, digest }: ContractInForce, bundle: Bundle, proposal: Proposal) {
  const byDigest = new Map(
    bundle.manifests.map(jwsBytes).map((jws) => [peekJwsUnverified("manifest", jws).digest, jws] as const),
  )
  if (byDigest.size !== proposal.manifests.length || bundle.manifests.length !== byDigest.size) {
    throw new ParleyError("receipt-invalid", "the bundle holds other manifests than the proposal names")
  }
  const opened = new Map<string, Signed<Manifest>>()
  for (const named of proposal.manifests) {
    const jws = byDigest.get(named.manifest)
    const dataset = contract.datasets.find(({ name }) => name === named.dataset)
    if (jws === undefined || dataset === undefined) throw new ParleyError("receipt-invalid", "a manifest is missing")
    const manifest = await openJws("manifest", jws, Manifest, partyKeys(contract, dataset.owner))
    if (manifest.payload.contract !== digest || manifest.payload.dataset !== named.dataset) {
      throw new ParleyError("manifest-mismatch", `${named.dataset}: the manifest is of something else`)
    }
    opened.set(named.dataset, manifest)
  }
  return opened
}

async function openGrants({ contract, digest }: ContractInForce, bundle: Bundle, proposal: Signed<Proposal>) {
  const byParty = Map.groupBy(bundle.grants.map(jwsBytes), (jws) => {
    return parseCanonical(peekJwsUnverified("grant", jws).payload, Grant, KINDS.grant.maxBytes).party
  })
  const opened = new Map<string, Signed<Grant>>()
  for (const party of requiredGranters(contract)) {
    const { keys, required } = grantApproval(contract, party)
    const grant = await openApproved("grant", byParty.get(party) ?? [], Grant, keys, required)
    if (grant.payload.contract !== digest || grant.payload.proposal !== proposal.digest) {
      throw new ParleyError("proposal-mismatch", `${party}: the grant is of another run`)
    }
    opened.set(party, grant)
  }
  if (byParty.size !== opened.size) throw new ParleyError("receipt-invalid", "a grant by no party of the contract")
  return opened
}
