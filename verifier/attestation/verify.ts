import type { AttestationDocument } from "../../shared/attestation/document.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import type { TrustAnchor } from "./anchor.ts"
import { AUTHENTIC_CHECKS, type Authentic, authenticate } from "./authentic.ts"
import { requireBinding, requireContract, type SessionExpectation } from "./binding.ts"
import { type MeasurementPolicy, requireFresh, requireMeasurements, requireNonce, type Unchecked } from "./policy.ts"

declare const live: unique symbol
declare const archived: unique symbol
declare const judged: unique symbol

/** What was not checked, and why. */
export interface UncheckedItem {
  readonly what: string
  readonly reason: string
}

interface Evidence extends Authentic {
  readonly simulated: boolean
  readonly checked: readonly string[]
  readonly unchecked: readonly UncheckedItem[]
}

/** Evidence that answered a fresh nonce now. The only kind that may release a key. */
export interface LiveEvidence extends Evidence {
  readonly [live]: true
}

/** Evidence judged at its own time, for receipts. By type it can never release a key. */
export interface ArchivedEvidence extends Evidence {
  readonly [archived]: true
}

/** A document judged by an explicit policy, apart from any session. */
export interface JudgedDocument extends Evidence {
  readonly [judged]: true
}

const REVOCATION: UncheckedItem = {
  reason: "AWS publishes lists for regional and zonal authorities only, and this verifier works offline",
  what: "certificate revocation",
}

export interface LiveRequest {
  readonly document: Uint8Array
  /** The verifier's own time. */
  readonly at: Date
  readonly anchors: readonly TrustAnchor[]
  readonly measurements: MeasurementPolicy
  /** The 32 bytes that this verifier has just made. */
  readonly nonce: Uint8Array
  readonly maxAgeSeconds: number
  readonly session: SessionExpectation
}

/** Judges evidence before a key is released, in the order of SPEC.md, "Attestation". */
export async function verifyLive(request: LiveRequest): Promise<LiveEvidence> {
  const { anchors, at, document: bytes, measurements, maxAgeSeconds, nonce, session } = request
  if (nonce.length !== 32) throw new ParleyError("policy-invalid", "a nonce has 32 bytes")
  const authentic = await authenticate(bytes, anchors, () => at)
  requireNonce(authentic.document, nonce)
  requireFresh(authentic.document, at, maxAgeSeconds)
  requireMeasurements(authentic.document, measurements)
  requireBinding(authentic.document, { ...session, subject: null, type: "parley/session/v1" })
  const checked = [...AUTHENTIC_CHECKS, "nonce", "freshness", "PCR0, PCR1, PCR2", ...BINDING_CHECKS]
  return evidence(authentic, checked, [REVOCATION]) as LiveEvidence
}

export interface ArchivedRequest {
  readonly document: Uint8Array
  readonly anchors: readonly TrustAnchor[]
  readonly measurements: MeasurementPolicy
  readonly session: SessionExpectation
}

/** Judges old evidence at the document's own signed timestamp: a Nitro leaf lives three hours. */
export async function verifyArchived(request: ArchivedRequest): Promise<ArchivedEvidence> {
  const { anchors, document: bytes, measurements, session } = request
  const authentic = await authenticate(bytes, anchors, ownTime)
  if (authentic.document.nonce !== null) throw new ParleyError("nonce-mismatch", "a receipt's document has no nonce")
  requireMeasurements(authentic.document, measurements)
  requireBinding(authentic.document, session)
  const checked = [...AUTHENTIC_CHECKS, "PCR0, PCR1, PCR2", ...BINDING_CHECKS]
  return evidence(authentic, checked, [REVOCATION, INDEPENDENT_TIME]) as ArchivedEvidence
}

const CONTRACT_CHECK = "PCR16 is the contract"
const BINDING_CHECKS = [CONTRACT_CHECK, "PCR17 is the session", "user_data", "attested key"] as const

const INDEPENDENT_TIME: UncheckedItem = {
  reason: "the chain was judged at the document's own timestamp, and there is no time stamp by a third party",
  what: "no independent time",
}

export interface DocumentRequest {
  readonly document: Uint8Array
  readonly at: Date
  readonly anchors: readonly TrustAnchor[]
  readonly measurements: MeasurementPolicy
  readonly nonce: Uint8Array | Unchecked
  readonly maxAgeSeconds: number | Unchecked
  /** Contract digest, 32 bytes. */
  readonly contract: Uint8Array | Unchecked
}

const SESSION: UncheckedItem = {
  reason: "a file does not say which session it answers for; `parley enclave verify` asks the enclave",
  what: "PCR17, user_data and public_key",
}

/** Judges a document by a policy alone; it says nothing about a Parley session and can release no key. */
export async function verifyDocument(request: DocumentRequest): Promise<JudgedDocument> {
  const { anchors, at, contract, document: bytes, maxAgeSeconds, measurements, nonce } = request
  const authentic = await authenticate(bytes, anchors, () => at)
  const checked: string[] = [...AUTHENTIC_CHECKS]
  const unchecked: UncheckedItem[] = [REVOCATION]
  if (nonce instanceof Uint8Array) {
    requireNonce(authentic.document, nonce)
    checked.push("nonce")
  } else unchecked.push({ reason: nonce.unchecked, what: "nonce" })
  if (typeof maxAgeSeconds === "number") {
    requireFresh(authentic.document, at, maxAgeSeconds)
    checked.push("freshness")
  } else unchecked.push({ reason: maxAgeSeconds.unchecked, what: "freshness" })
  requireMeasurements(authentic.document, measurements)
  checked.push("PCR0, PCR1, PCR2")
  if (contract instanceof Uint8Array) {
    requireContract(authentic.document, contract)
    checked.push(CONTRACT_CHECK)
  } else unchecked.push({ reason: contract.unchecked, what: CONTRACT_CHECK })
  return evidence(authentic, checked, [...unchecked, SESSION]) as JudgedDocument
}

function ownTime(document: AttestationDocument): Date {
  return new Date(document.timestamp)
}

function evidence(authentic: Authentic, checked: readonly string[], unchecked: readonly UncheckedItem[]): Evidence {
  return { ...authentic, checked, simulated: authentic.path.anchor.simulated, unchecked }
}
