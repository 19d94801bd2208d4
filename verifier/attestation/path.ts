import { type Bytes, equalBytes } from "../../shared/bytes.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import type { TrustAnchor } from "./anchor.ts"
import { timeInput } from "./inputs.ts"
import { type Engine, unprovenIndex } from "./prove.ts"
import { type Certificate, readCertificate } from "./x509/certificate.ts"
import { USAGE } from "./x509/extensions.ts"

/** Longest path that is looked at, root and leaf included; genuine ones have five. */
const MAX_PATH = 8

/** A path from the pinned anchor to a leaf. Only `validatePath` and `authenticate` give one whose signatures hold. */
export interface CertificatePath {
  readonly anchor: TrustAnchor
  /** Root first, leaf last: as they stand in the document, and read. */
  readonly ders: readonly Bytes[]
  readonly certificates: readonly Certificate[]
  readonly leaf: Certificate
}

/** Validates a document's path at a time (ATT-4, ATT-18 to ATT-30). */
export async function validatePath(
  cabundle: readonly Bytes[],
  leaf: Bytes,
  anchors: readonly TrustAnchor[],
  at: Date,
  engine: Engine = {},
): Promise<CertificatePath> {
  const path = readPath(cabundle, leaf, anchors)
  const time = timeInput(at)
  requireProven(await unprovenIndex(path, engine))
  requireValidity(path, time)
  return path
}

/**
 * All that needs no cryptography and no time: the pin, the number of certificates, their syntax, names and roles. The
 * pin comes first: a look-alike's own root must not be looked into.
 */
export function readPath(cabundle: readonly Bytes[], leaf: Bytes, anchors: readonly TrustAnchor[]): CertificatePath {
  const anchor = pinned(cabundle, anchors)
  const ders = [...cabundle, leaf]
  if (ders.length > MAX_PATH) throw new ParleyError("path-too-long", `more than ${MAX_PATH} certificates`)
  const authorities = cabundle.map(readCertificate)
  const last = readCertificate(leaf)
  const certificates = [...authorities, last]
  requireNames(certificates)
  for (const [index, authority] of authorities.entries()) requireAuthority(authority, index, authorities.length)
  requireEndEntity(last)
  requireDistinct(ders)
  return { anchor, certificates, ders, leaf: last }
}

/** Look-alikes carry a root of their own under which every signature verifies: the pin is what stops them. */
function pinned(cabundle: readonly Bytes[], anchors: readonly TrustAnchor[]): TrustAnchor {
  const [root] = cabundle
  const anchor = root && anchors.find(({ certificate }) => equalBytes(certificate, root))
  if (anchor === undefined) throw new ParleyError("path-anchor-mismatch", "the path does not start at a pinned root")
  return anchor
}

/** RFC 5280 section 6.1.3 (a)(4); byte for byte, which is stricter than section 7.1 and enough for one issuer's names. */
function requireNames(certificates: readonly Certificate[]): void {
  for (const [index, { subject }] of certificates.entries()) {
    const issued = certificates[index + 1]
    if (issued !== undefined && !equalBytes(issued.issuer.der, subject.der)) {
      throw new ParleyError(
        "path-name-mismatch",
        `certificate ${index + 1} names another issuer than the one before it`,
      )
    }
  }
}

/** RFC 5280 section 6.1.4 (k) to (n). */
function requireAuthority(certificate: Certificate, index: number, authorities: number): void {
  const { basicConstraints, keyUsage } = certificate
  if (basicConstraints?.ca !== true) {
    throw new ParleyError("path-not-a-ca", `certificate ${index} issues others and is no authority`)
  }
  const below = authorities - 1 - index
  if (basicConstraints.pathLength !== null && below > basicConstraints.pathLength) {
    throw new ParleyError("path-length", `certificate ${index} allows ${basicConstraints.pathLength} below it`)
  }
  if (keyUsage === null || (keyUsage & USAGE.keyCertSign) === 0) {
    throw new ParleyError("path-key-usage", `certificate ${index} may not sign certificates`)
  }
}

/** An authority that signs documents could also issue the leaf of any other enclave. */
function requireEndEntity({ basicConstraints, keyUsage }: Certificate): void {
  if (basicConstraints?.ca === true) throw new ParleyError("path-leaf-is-a-ca", "the leaf is an authority")
  if (keyUsage !== null && (keyUsage & USAGE.digitalSignature) === 0) {
    throw new ParleyError("path-key-usage", "the leaf may not sign")
  }
}

/** RFC 5280 section 6.1: no certificate occurs twice. A root issued itself, so that nothing else stops it. */
function requireDistinct(ders: readonly Bytes[]): void {
  if (ders.some((der, index) => ders.slice(0, index).some((earlier) => equalBytes(earlier, der)))) {
    throw new ParleyError("path-too-long", "a certificate occurs twice in the path")
  }
}

export function requireProven(unproven: number | null): void {
  if (unproven === null) return
  throw new ParleyError("path-signature-invalid", `certificate ${unproven} is not signed by the one before it`)
}

/** RFC 5280 section 6.1.3 (a)(2); the root's own validity too. */
export function requireValidity({ certificates }: CertificatePath, at: number): void {
  for (const { notAfter, notBefore, subject } of certificates) {
    if (at < notBefore.getTime()) {
      throw new ParleyError("certificate-not-yet-valid", `${subject.text}: valid from ${notBefore.toISOString()}`)
    }
    if (at > notAfter.getTime()) {
      throw new ParleyError("certificate-expired", `${subject.text}: valid until ${notAfter.toISOString()}`)
    }
  }
}
