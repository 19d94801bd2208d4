import type { AttestationDocument } from "../../shared/attestation/document.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import type { TrustAnchor } from "./anchor.ts"
import { authenticate, authenticChecks } from "./authentic.ts"
import { requireBinding, type SessionExpectation } from "./binding.ts"
import {
  type ArchivedEvidence,
  CONTRACT_CHECK,
  evidence,
  type LiveEvidence,
  REVOCATION,
  type UncheckedItem,
} from "./evidence.ts"
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

/** Judges evidence before a key is released, in the order of SPEC.md, "Attestation". */
export async function verifyLive(request: LiveRequest): Promise<LiveEvidence> {
  const { at, maxAgeSeconds, nonce, session } = request
  if (nonce.length !== 32) throw new ParleyError("policy-invalid", "a nonce has 32 bytes")
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

/** Judges old evidence at the document's own signed timestamp: a Nitro leaf lives three hours. */
export async function verifyArchived(request: ArchivedRequest): Promise<ArchivedEvidence> {
  const measurements = requireEnclavePolicy(request.measurements)
  const authentic = await authenticate(request.document, { ...request, format: "aws-nitro", timeOf: ownTime })
  if (authentic.document.nonce !== null) throw new ParleyError("nonce-mismatch", "a receipt's document has no nonce")
  requireMeasurements(authentic.document, measurements)
  requireBinding(authentic.document, request.session)
  const checked = [...ENCLAVE_CHECKS, measuredRegisters(measurements), ...BINDING_CHECKS]
  return evidence(authentic, checked, [REVOCATION, INDEPENDENT_TIME]) as ArchivedEvidence
}

const ENCLAVE_CHECKS = authenticChecks("aws-nitro")
const BINDING_CHECKS = [CONTRACT_CHECK, "PCR17 is the session", "user_data", "attested key"] as const

const INDEPENDENT_TIME: UncheckedItem = {
  reason: "the chain was judged at the document's own timestamp, and there is no time stamp by a third party",
  what: "no independent time",
}

function ownTime(document: AttestationDocument): Date {
  return new Date(document.timestamp)
}
