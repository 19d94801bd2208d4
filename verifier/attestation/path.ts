import { equalBytes } from "../../shared/bytes.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import type { TrustAnchor } from "./anchor.ts"
import { type Certificate, readCertificate } from "./certificate.ts"

/** Longest path that is looked at, root and leaf included; genuine ones have five. */
const MAX_PATH = 8

/** A certificate path that led from the pinned anchor to the leaf at a given time. */
export interface ValidPath {
  readonly anchor: TrustAnchor
  /** Root first, leaf last. */
  readonly certificates: readonly Certificate[]
}

/**
 * Validates the path of a document after RFC 5280 section 6.1, for the profile of Nitro: no policies, no name
 * constraints, no revocation (which the report lists as unchecked). The carried root must be the pinned one, byte for
 * byte; what it says is not looked at before that.
 */
export async function validatePath(
  cabundle: readonly Uint8Array[],
  leaf: Uint8Array,
  anchors: readonly TrustAnchor[],
  at: Date,
): Promise<ValidPath> {
  const anchor = pinned(cabundle, anchors)
  const certificates = [...cabundle, leaf].map(readCertificate)
  if (certificates.length > MAX_PATH) throw new ParleyError("path-too-long", "more certificates than the profile has")
  for (const [index, certificate] of certificates.entries()) {
    const issuer = certificates[Math.max(0, index - 1)]
    if (issuer === undefined) throw new ParleyError("path-broken", "no issuer")
    requireRole(certificate, index, certificates.length)
    await requireIssued(certificate, issuer)
    requireTime(certificate, at)
  }
  return { anchor, certificates }
}

/** Look-alikes carry a root of their own under which every signature verifies: the pin is what stops them. */
function pinned(cabundle: readonly Uint8Array[], anchors: readonly TrustAnchor[]): TrustAnchor {
  const [root] = cabundle
  const anchor = root && anchors.find(({ certificate }) => equalBytes(certificate, root))
  if (anchor === undefined) throw new ParleyError("path-anchor-mismatch", "the path does not start at a pinned root")
  return anchor
}

/** RFC 5280 section 6.1.4 (k) to (n): CA flag, path length, key usage; the leaf must not be a CA. */
function requireRole(certificate: Certificate, index: number, length: number): void {
  const { ca, digitalSignature, keyCertSign, pathLength } = certificate
  if (index === length - 1) {
    if (ca) throw new ParleyError("path-not-a-ca", "the leaf is a certificate authority")
    if (digitalSignature === false) throw new ParleyError("path-key-usage", "the leaf may not sign")
    return
  }
  if (!ca) throw new ParleyError("path-not-a-ca", `certificate ${index} issues others and is no CA`)
  if (keyCertSign !== true) throw new ParleyError("path-key-usage", `certificate ${index} may not sign certificates`)
  const below = length - 2 - index
  if (pathLength !== null && below > pathLength) {
    throw new ParleyError("path-too-long", `certificate ${index} allows ${pathLength} below it`)
  }
}

async function requireIssued(certificate: Certificate, issuer: Certificate): Promise<void> {
  const named = new Uint8Array(certificate.parsed.issuerName.toArrayBuffer())
  if (!equalBytes(named, new Uint8Array(issuer.parsed.subjectName.toArrayBuffer()))) {
    throw new ParleyError("path-broken", "a certificate names another issuer than the one before it")
  }
  if (!(await signedBy(certificate, issuer))) {
    throw new ParleyError("path-signature-invalid", "a certificate's signature does not verify")
  }
}

async function signedBy(certificate: Certificate, issuer: Certificate): Promise<boolean> {
  try {
    return await certificate.parsed.verify({ publicKey: issuer.parsed.publicKey, signatureOnly: true })
  } catch {
    return false
  }
}

function requireTime({ parsed }: Certificate, at: Date): void {
  if (at < parsed.notBefore) {
    throw new ParleyError("certificate-not-yet-valid", `valid from ${parsed.notBefore.toISOString()}`)
  }
  if (at > parsed.notAfter) {
    throw new ParleyError("certificate-expired", `valid until ${parsed.notAfter.toISOString()}`)
  }
}
