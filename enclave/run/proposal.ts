import type { Bytes } from "../../shared/bytes.ts"
import type { ContractInForce } from "../../shared/contract/in-force.ts"
import type { Query } from "../../shared/contract/query.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { parseCanonical } from "../../shared/json/canonical.ts"
import { partyKeys } from "../../shared/protocol/granters.ts"
import { Proposal } from "../../shared/protocol/proposal.ts"
import { checkParameters } from "../../shared/query/parameters.ts"
import type { Plan } from "../../shared/query/plan.ts"
import { openJws, peekJwsUnverified, type Signed } from "../../shared/signed/jws.ts"
import { KINDS } from "../../shared/signed/kinds.ts"

/** A proposal that fits the contract, with the query that it asks for. */
export interface ProposedRun {
  readonly proposal: Signed<Proposal>
  readonly jws: Bytes
  readonly query: Query
  readonly plan: Plan
}

/** Judges a proposal: signed by the party that it names, a query of the contract, parameters within their ranges. */
export async function openProposal(
  inForce: ContractInForce,
  plans: ReadonlyMap<string, Plan>,
  signatures: readonly Bytes[],
): Promise<ProposedRun> {
  const [jws, ...others] = signatures
  if (jws === undefined || others.length > 0) throw new ParleyError("proposal-invalid", "expected one signature")
  const proposal = await openSigned(inForce, jws)
  const { query: name, parameters, manifests } = proposal.payload
  const query = inForce.contract.queries.find((candidate) => candidate.name === name)
  const plan = plans.get(name)
  if (query === undefined || plan === undefined) throw new ParleyError("proposal-invalid", "no such query")
  checkParameters(query, parameters)
  requireSameNames(
    plan.datasets,
    manifests.map(({ dataset }) => dataset),
  )
  return { jws, plan, proposal, query }
}

async function openSigned(inForce: ContractInForce, jws: Bytes): Promise<Signed<Proposal>> {
  const claimed = parseCanonical(peekJwsUnverified("proposal", jws).payload, Proposal, KINDS.proposal.maxBytes)
  if (claimed.contract !== inForce.digest) throw new ParleyError("contract-mismatch", "proposal of another contract")
  return openJws("proposal", jws, Proposal, partyKeys(inForce.contract, claimed.proposer))
}

/** A run names one version of every dataset that the query reads, and no other: nobody's data changes after consent. */
function requireSameNames(wanted: readonly string[], named: readonly string[]): void {
  const missing = wanted.filter((name) => !named.includes(name))
  if (missing.length > 0 || named.length !== wanted.length) {
    throw new ParleyError("proposal-invalid", "the proposal must name one manifest for each dataset of the query")
  }
}
