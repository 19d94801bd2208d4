import type { AttestationDocument } from "../../shared/attestation/document.ts"
import { type Bytes, equalBytes, toHex } from "../../shared/bytes.ts"
import type { Contract } from "../../shared/contract/contract.ts"
import { ParleyError } from "../../shared/errors/index.ts"

/** Not checked, and why; there is no shorter way to leave a check out. */
export interface Unchecked {
  readonly unchecked: string
}

/** An image: PCR0, 1 and 2 together, SHA-384 in lowercase hex. A document must match one as a whole. */
export interface Image {
  readonly pcr0: string
  readonly pcr1: string
  readonly pcr2: string
}

/** Registers that must each have one of the listed values; 0, 1 and 2 are always among them. */
export type RegisterLists = ReadonlyMap<number, readonly string[]>

/** What a document must measure. Only `imagePolicy` and `listPolicy` make one, so that none accepts everything. */
export type MeasurementPolicy =
  | { readonly kind: "images"; readonly images: readonly Image[] }
  | { readonly kind: "lists"; readonly registers: RegisterLists }

/** The allowed images of a contract. */
export function imagesOf(contract: Contract): MeasurementPolicy {
  return imagePolicy(contract.evidence.images.map(({ pcr0, pcr1, pcr2 }) => ({ pcr0, pcr1, pcr2 })))
}

export function imagePolicy(images: readonly Image[]): MeasurementPolicy {
  requireValues(images.flatMap(({ pcr0, pcr1, pcr2 }) => [pcr0, pcr1, pcr2]))
  return { images, kind: "images" }
}

/** PCR2 or PCR8 alone would accept any kernel or any signed image: 0, 1 and 2 are mandatory. */
export function listPolicy(registers: RegisterLists): MeasurementPolicy {
  for (const index of [0, 1, 2]) {
    if (!registers.has(index)) throw new ParleyError("policy-invalid", `PCR${index} is missing`)
  }
  for (const list of registers.values()) requireValues(list)
  return { kind: "lists", registers }
}

/** Refuses what would accept anything: an empty list, or the zeros of debug mode. */
function requireValues(values: readonly string[]): void {
  if (values.length === 0) throw new ParleyError("policy-invalid", "an empty list accepts nothing and pins nothing")
  if (values.some((value) => !/^[0-9a-f]{96}$/.test(value) || /^0+$/.test(value))) {
    throw new ParleyError("policy-invalid", "a measurement is not 96 lowercase hex digits, or all zeros")
  }
}

/** Debug mode zeroes PCR0, 1 and 2. PCR4 never is zero and PCR3 often is not, so "all zero" would miss it. */
export function requireProduction(document: AttestationDocument): void {
  if ([0, 1, 2].some((index) => register(document, index).every((byte) => byte === 0))) {
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

/** The nonce is the verifier's own; a document without it answers somebody else. */
export function requireNonce(document: AttestationDocument, nonce: Uint8Array): void {
  if (document.nonce === null || !equalBytes(document.nonce, nonce)) {
    throw new ParleyError("nonce-mismatch", "the document does not answer this nonce")
  }
}

/** How far an enclave's clock may run before the verifier's, in milliseconds. */
const SKEW_MS = 5 * 60_000

export function requireFresh(document: AttestationDocument, at: Date, maxAgeSeconds: number): void {
  const age = at.getTime() - document.timestamp
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
