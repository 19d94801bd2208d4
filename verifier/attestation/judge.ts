import type { AttestationDocument } from "../../shared/attestation/document.ts"
import { type Bytes, equalBytes, toHex } from "../../shared/bytes.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { ENCLAVE_MANDATORY, type Image, type MeasurementPolicy, type RegisterLists } from "./policy.ts"

/**
 * Debug mode zeroes PCR0, 1 and 2. PCR4 never is zero and PCR3 often is not, so "all zero" would miss it. A register that
 * is absent is found when measurements are judged: every policy for an enclave pins these three.
 */
export function requireProduction(document: AttestationDocument): void {
  if (ENCLAVE_MANDATORY.some((index) => document.pcrs.get(index)?.every((byte) => byte === 0) === true)) {
    throw new ParleyError("debug-mode", "PCR0, PCR1 or PCR2 is zero: the enclave runs in debug mode")
  }
}

export function requireMeasurements(document: AttestationDocument, policy: MeasurementPolicy): void {
  if (policy.kind === "images") requireImage(document, policy.images)
  else requireLists(document, policy.registers)
}

/** One image as a whole: the kernel of one and the application of another is neither. */
function requireImage(document: AttestationDocument, images: readonly Image[]): void {
  const [pcr0, pcr1, pcr2] = [0, 1, 2].map((index) => toHex(register(document, index)))
  if (!images.some((image) => image.pcr0 === pcr0 && image.pcr1 === pcr1 && image.pcr2 === pcr2)) {
    throw new ParleyError("measurement-mismatch", `${mismatch(images, [pcr0, pcr1, pcr2])} not of an allowed image`)
  }
}

function requireLists(document: AttestationDocument, registers: RegisterLists): void {
  for (const [index, allowed] of registers) {
    if (!allowed.includes(toHex(register(document, index)))) {
      throw new ParleyError("measurement-mismatch", `PCR${index} is not one of the allowed values`)
    }
  }
}

/** What `requireMeasurements` looked at, for reports. */
export function measuredRegisters(policy: MeasurementPolicy): string {
  const indices = policy.kind === "images" ? ENCLAVE_MANDATORY : [...policy.registers.keys()].sort((a, b) => a - b)
  return indices.map((index) => `PCR${index}`).join(", ")
}

/** The nonce is the verifier's own; a document without it answers somebody else. */
export function requireNonce(document: AttestationDocument, nonce: Uint8Array): void {
  if (document.nonce === null || !equalBytes(document.nonce, nonce)) {
    throw new ParleyError("nonce-mismatch", "the document does not answer this nonce")
  }
}

/** How far an enclave's clock may run before the verifier's, in milliseconds. */
const SKEW_MS = 5 * 60_000

export function requireFresh(document: AttestationDocument, at: number, maxAgeSeconds: number): void {
  const age = at - document.timestamp
  if (age < -SKEW_MS) throw new ParleyError("document-from-future", "the document is later than the time given")
  if (age > maxAgeSeconds * 1000) {
    throw new ParleyError("document-stale", `${Math.round(age / 1000)} s old, at most ${maxAgeSeconds} s`)
  }
}

/** A register's value; absence is a mismatch, never a pass. */
export function register(document: AttestationDocument, index: number): Bytes {
  const value = document.pcrs.get(index)
  if (value === undefined) throw new ParleyError("measurement-mismatch", `PCR${index} is absent`)
  return value
}

function mismatch(images: readonly Image[], found: readonly (string | undefined)[]): string {
  const names = (["pcr0", "pcr1", "pcr2"] as const).filter(
    (name, i) => !images.some((image) => image[name] === found[i]),
  )
  return names.length === 0 ? "PCR0, PCR1 and PCR2 together" : names.map((name) => name.toUpperCase()).join(", ")
}
