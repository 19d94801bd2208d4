import type { AttestationDocument } from "../../shared/attestation/document.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import type { TrustAnchor } from "./anchor.ts"
import { authenticate, authenticChecks } from "./authentic.ts"
import { boundTo, requireBinding, type SessionExpectation } from "./binding.ts"
import {
  type ArchivedEvidence,
  CONTRACT_CHECK,
  evidence,
  type LiveEvidence,
  REVOCATION,
  type UncheckedItem,
} from "./evidence.ts"
import { ageInput, digestInput, timeInput } from "./inputs.ts"
import { measuredRegisters, requireFresh, requireMeasurements, requireNonce } from "./judge.ts"
import { type EnclavePolicy, requireEnclavePolicy } from "./policy.ts"
import type { Engine } from "./prove.ts"

export interface LiveRequest extends Engine {
  readonly document: Uint8Array
  /** The verifier's own time. */
  readonly at: Date
  readonly anchors: readonly TrustAnchor[]
  readonly measurements: EnclavePolicy
  /** The 32 bytes that this verifier has just made. */
  readonly nonce: Uint8Array
  readonly maxAgeSeconds: number
  readonly session: SessionExpectation
}

/**
 * Judges evidence before a key is released, in the order of SPEC.md, "Attestation". It copies what it is given before it
 * waits. Rejects with `ParleyError`: `policy-invalid` when the request cannot be used (a document, nonce, digest or root
 * that is no Uint8Array or of another length, no instant, no age, no root, no policy for enclaves, no P-384 key), else
 * the first code of `ATTESTATION_CODES` that the document earns; `internal` when the back end cannot compute.
 */
export async function verifyLive(request: LiveRequest): Promise<LiveEvidence> {
  const at = timeInput(request.at)
  const maxAgeSeconds = ageInput(request.maxAgeSeconds)
  const nonce = digestInput("the nonce", request.nonce)
  const session = boundTo(request.session)
  const measurements = requireEnclavePolicy(request.measurements)
  const authentic = await authenticate(request.document, { ...request, format: "aws-nitro", timeOf: () => at })
  requireNonce(authentic.document, nonce)
  requireFresh(authentic.document, at, maxAgeSeconds)
  requireMeasurements(authentic.document, measurements)
  requireBinding(authentic.document, { ...session, subject: null, type: "parley/session/v1" })
  const checked = [...ENCLAVE_CHECKS, "nonce", "freshness", measuredRegisters(measurements), ...BINDING_CHECKS]
  return evidence(authentic, checked, [REVOCATION]) as LiveEvidence
}

export interface ArchivedRequest extends Engine {
  readonly document: Uint8Array
  readonly anchors: readonly TrustAnchor[]
  readonly measurements: EnclavePolicy
  readonly session: SessionExpectation
}

/**
 * Judges a receipt's evidence at the document's own signed timestamp: a Nitro leaf lives three hours. Copies what it is
 * given, and rejects as `verifyLive` does; `policy-invalid` also for a session that names no receipt.
 */
export async function verifyArchived(request: ArchivedRequest): Promise<ArchivedEvidence> {
  const type = request.session.type
  if (type !== "parley/receipt/v1") throw new ParleyError("policy-invalid", "old evidence is a receipt's")
  const subject = digestInput("the receipt's digest", request.session.subject)
  const session = boundTo(request.session)
  const measurements = requireEnclavePolicy(request.measurements)
  const authentic = await authenticate(request.document, { ...request, format: "aws-nitro", timeOf: ownTime })
  if (authentic.document.nonce !== null) throw new ParleyError("nonce-mismatch", "a receipt's document has no nonce")
  requireMeasurements(authentic.document, measurements)
  requireBinding(authentic.document, { ...session, subject, type })
  const checked = [...ENCLAVE_CHECKS, measuredRegisters(measurements), ...BINDING_CHECKS]
  return evidence(authentic, checked, [REVOCATION, INDEPENDENT_TIME]) as ArchivedEvidence
}

const ENCLAVE_CHECKS = authenticChecks("aws-nitro")
const BINDING_CHECKS = [CONTRACT_CHECK, "PCR17 is the session", "user_data", "attested key"] as const

const INDEPENDENT_TIME: UncheckedItem = {
  reason: "the chain was judged at the document's own timestamp, and there is no time stamp by a third party",
  what: "no independent time",
}

function ownTime(document: AttestationDocument): number {
  return document.timestamp
}
