import type { ContractInForce } from "../../shared/contract/in-force.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { canonicalText } from "../../shared/json/canonical.ts"
import { spendOf } from "../../shared/privacy/spend.ts"
import type { Bundle } from "../../shared/protocol/bundle.ts"
import type { Receipt } from "../../shared/protocol/receipt.ts"
import type { Signed } from "../../shared/signed/jws.ts"
import { keyId } from "../../shared/signed/keys.ts"
import type { ArchivedEvidence } from "../attestation/verify.ts"
import type { BundleRun } from "./bundle-run.ts"

/** How far the document's timestamp may be from the receipt's, in milliseconds: they are made one after the other. */
const MAX_APART_MS = 5 * 60_000

interface Parts {
  readonly bundle: Bundle
  readonly evidence: ArchivedEvidence
  readonly inForce: ContractInForce
  readonly receipt: Signed<Receipt>
  readonly run: BundleRun
}

/** Throws unless receipt, grants, proposal, contract and document speak of the same run. */
export function requireConsistent(parts: Parts): void {
  for (const [what, found, expected] of comparisons(parts)) {
    if (canonicalText(found) !== canonicalText(expected)) {
      throw new ParleyError("receipt-invalid", `the receipt's ${what} is not that of the run`)
    }
  }
  requireTimes(parts)
}

function comparisons({ bundle, inForce, receipt, run }: Parts): readonly (readonly [string, unknown, unknown])[] {
  const { predicate } = receipt.payload
  const proposal = run.proposal.payload
  const query = inForce.contract.queries.find(({ name }) => name === proposal.query)
  const keys = { encryptionKey: keyId(bundle.evidence.encryptionKey), signingKey: keyId(bundle.evidence.signingKey) }
  const grants = [...run.grants].map(([party, grant]) => ({ grant, party }))
  const sessions = grants.map(({ grant }) => {
    const { encryptionKey, signingKey } = grant.payload.session
    return { encryptionKey, signingKey }
  })
  return [
    ["contract", predicate.contract, inForce.digest],
    ["proposal", predicate.proposal, run.proposal.digest],
    ["sequence", predicate.sequence, proposal.sequence],
    ["query", predicate.query, proposal.query],
    ["parameters", predicate.parameters, proposal.parameters],
    ["previous receipt", predicate.previous, proposal.lastReceipt],
    ["abandoned runs", predicate.abandoned, proposal.abandoned],
    ["recipients", predicate.recipients, query?.recipients ?? []],
    ["session", predicate.session, keys],
    ["session of the grants", sessions, sessions.map(() => keys)],
    [
      "manifests",
      predicate.manifests,
      proposal.manifests.map(({ dataset, manifest }) => ({ dataset, digest: manifest })),
    ],
    ["grants", predicate.grants, grants.map(({ grant, party }) => ({ digest: grant.digest, party }))],
    [
      "ledger heads",
      predicate.ledgerHeads,
      grants.map(({ grant, party }) => ({ digest: grant.payload.ledgerHead, party })),
    ],
    ["opt-outs", predicate.optOuts, optOuts(run)],
    [
      "spend",
      predicate.spend,
      spendOf(
        inForce.contract,
        proposal.query,
        proposal.manifests.map(({ dataset }) => dataset),
      ),
    ],
    ["mode of release", predicate.policy.mode, inForce.contract.release.mode],
  ]
}

function optOuts({ grants }: BundleRun) {
  return [...grants].flatMap(([party, { payload }]) =>
    payload.optOuts === null ? [] : [{ digest: payload.optOuts, party }],
  )
}

function requireTimes({ evidence, receipt, run }: Parts): void {
  const issued = Date.parse(receipt.payload.predicate.issuedAt)
  const apart = Math.abs(evidence.document.timestamp - issued)
  if (apart > MAX_APART_MS) throw new ParleyError("receipt-invalid", "receipt and document are not of the same time")
  for (const [party, { payload }] of run.grants) {
    if (Date.parse(payload.created) > issued + MAX_APART_MS) {
      throw new ParleyError("receipt-invalid", `${party}: the grant is later than the receipt`)
    }
    if (Date.parse(payload.expires) < issued) {
      throw new ParleyError("receipt-invalid", `${party}: the grant had expired before the receipt`)
    }
  }
}
