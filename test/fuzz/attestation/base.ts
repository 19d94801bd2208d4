import type { KeyPair } from "../../../attestation-fixtures/software-nsm/key-pair.ts"
import type { AttestationDocument } from "../../../shared/attestation/document.ts"
import type { Bytes } from "../../../shared/bytes.ts"
import type { Engine } from "../../../verifier/attestation/prove.ts"
import type { Reading } from "./reading.ts"

/** Fields that a policy may pin. */
export type JudgedField = "publicKey" | "userData" | "nonce" | `pcr${number}`

/** What the verifier says about an accepted document. */
export interface Accepted {
  readonly document: AttestationDocument
}

export type Verify = (document: Uint8Array, engine: Engine) => Promise<Accepted>

/** An accepted document with the policy that accepts it. */
export interface Base {
  readonly name: string
  readonly bytes: Bytes
  /** Root first, leaf last; null for genuine documents, which nobody here can sign. */
  readonly keys: readonly KeyPair[] | null
  readonly judged: readonly JudgedField[]
  /** The time that certificates are judged at; null for the document's own. */
  readonly at: Date | null
  /** How old the document may be at that time, or null. */
  readonly maxAgeMs: number | null
  readonly verify: Verify
}

/** How far an enclave's clock may run before the verifier's (SPEC.md, "Attestation"). */
const SKEW_MS = 5 * 60_000

export function valueOfField(reading: Reading, field: JudgedField): Bytes | null {
  if (field === "publicKey" || field === "userData" || field === "nonce") return reading[field]
  return reading.pcrs.get(Number(field.slice(3))) ?? null
}

/** Whether the policy's window of time holds the document. */
export function inTime({ at, maxAgeMs }: Base, { timestamp }: Reading): boolean {
  if (at === null || maxAgeMs === null) return true
  const age = at.getTime() - timestamp
  return age >= -SKEW_MS && age <= maxAgeMs
}
