import type { TrustAnchor } from "../../../attestation/anchor.ts"
import { type CertificateView, viewCertificate } from "./certificates.ts"
import { type EvidenceKind, kindOf } from "./kind.ts"
import { chainOf, type Reading, readLoosely } from "./reading.ts"
import { type Register, registersOf } from "./registers.ts"

/** Everything about one document that the explanation is made from. */
export interface Subject {
  readonly reading: Reading
  readonly kind: EvidenceKind
  readonly registers: readonly Register[]
  /** Root first, the leaf last when the document has one; at most `MAX_VIEWS`, the leaf among them. */
  readonly chain: readonly CertificateView[]
  /** Certificates that the document carries. */
  readonly carried: number
  readonly anchors: readonly TrustAnchor[]
}

/** Four times what genuine documents carry. A document with thousands would fill every screen. */
const MAX_VIEWS = 20

export function subjectOf(bytes: Uint8Array, anchors: readonly TrustAnchor[]): Subject {
  const reading = readLoosely(bytes)
  const ders = chainOf(reading)
  const shown = ders.length <= MAX_VIEWS ? ders : [...ders.slice(0, MAX_VIEWS - 1), ...ders.slice(-1)]
  return {
    anchors,
    carried: ders.length,
    chain: shown.map((der) => viewCertificate(der, anchors)),
    kind: kindOf(reading),
    reading,
    registers: registersOf(reading),
  }
}
