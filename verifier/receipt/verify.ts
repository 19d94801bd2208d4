import { fromBase64url, fromHex } from "../../shared/bytes.ts"
import { type ContractInForce, requireInForce, requireValidAt } from "../../shared/contract/in-force.ts"
import { parseCanonical } from "../../shared/json/canonical.ts"
import { Bundle, MAX_BUNDLE_BYTES } from "../../shared/protocol/bundle.ts"
import { Receipt } from "../../shared/protocol/receipt.ts"
import { openJws, type Signed } from "../../shared/signed/jws.ts"
import { jwsBytes } from "../../shared/signed/jws-object.ts"
import { anchorOf } from "../attestation/anchor.ts"
import { imagesOf } from "../attestation/policy.ts"
import { type ArchivedEvidence, verifyArchived } from "../attestation/verify.ts"
import { type BundleRun, openBundleRun } from "./bundle-run.ts"
import { requireConsistent } from "./consistent.ts"

declare const verified: unique symbol

/** A receipt whose whole bundle verified. Only `verifyBundle` makes one; it can never release a key. */
export interface VerifiedReceipt {
  readonly [verified]: true
  readonly digest: string
  readonly receipt: Receipt
  readonly inForce: ContractInForce
  readonly run: BundleRun
  readonly evidence: ArchivedEvidence
  readonly simulated: boolean
  /** What was checked, in order, one sentence each. */
  readonly checked: readonly string[]
  /** What was not, and why. */
  readonly unchecked: readonly { readonly what: string; readonly reason: string }[]
}

export interface BundleExpectation {
  readonly bytes: Uint8Array
  /** SHA-256, in hex, of the roots beside AWS's that this machine accepts (a simulator's, for one). */
  readonly acceptedRoots: readonly string[]
}

/**
 * Verifies one bundle offline: contract, proposal, manifests and grants with all their signatures, the receipt under
 * the attested key, the document over the receipt, and that all of them speak of the same run (SPEC.md, "Receipt").
 */
export async function verifyBundle({ bytes, acceptedRoots }: BundleExpectation): Promise<VerifiedReceipt> {
  const bundle = parseCanonical(bytes, Bundle, MAX_BUNDLE_BYTES)
  const inForce = await requireInForce(bundle.contract.map(jwsBytes))
  const run = await openBundleRun(inForce, bundle)
  const { signingKey } = bundle.evidence
  const receipt = await openJws("receipt", jwsBytes(bundle.receipt), Receipt, [signingKey])
  const evidence = await verifyEvidence(bundle, inForce, receipt, acceptedRoots)
  requireValidAt(inForce.contract, new Date(receipt.payload.predicate.issuedAt))
  requireConsistent({ bundle, evidence, inForce, receipt, run })
  return {
    checked: [...evidence.checked, ...CHECKED],
    digest: receipt.digest,
    evidence,
    inForce,
    receipt: receipt.payload,
    run,
    simulated: evidence.simulated,
    unchecked: [...evidence.unchecked, ...UNCHECKED],
  } as unknown as VerifiedReceipt
}

const CHECKED = [
  "every party signed the contract",
  "the proposal is signed by a party of the contract",
  "every manifest is signed by the owner of its dataset",
  "every party granted this proposal to this enclave",
  "the receipt is signed by the attested key",
  "the receipt names this contract, proposal, manifests, grants, opt-outs and ledger heads",
] as const

const UNCHECKED = [
  {
    reason: "compare them with cards that you confirmed by voice",
    what: "that the signing keys belong to the parties",
  },
  { reason: "needs the result and its salt, which only recipients have", what: "the released result" },
  { reason: "needs the SQL judged again; `parley contract check` shows it", what: "the effective policy" },
] as const

function verifyEvidence(
  { evidence }: Bundle,
  inForce: ContractInForce,
  receipt: Signed<Receipt>,
  acceptedRoots: readonly string[],
): Promise<ArchivedEvidence> {
  return verifyArchived({
    anchors: [anchorOf(inForce.contract, acceptedRoots)],
    document: fromBase64url(evidence.document),
    measurements: imagesOf(inForce.contract),
    session: {
      contract: fromHex(inForce.digest),
      encryptionKey: evidence.encryptionKey,
      signingKey: evidence.signingKey,
      subject: fromHex(receipt.digest),
      type: "parley/receipt/v1",
    },
  })
}
