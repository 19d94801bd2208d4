import { createHash, X509Certificate } from "node:crypto"
import type { TrustAnchor } from "../../../attestation/anchor.ts"
import { curveName } from "./contents.ts"
import { dottedOid, elementsOf } from "./der-outline.ts"
import { type Extension, extensionsOf } from "./extensions.ts"
import { printable } from "./printable.ts"

/** What a certificate says, read by OpenSSL and believed by nobody. */
export interface CertificateView {
  readonly sha256: string
  readonly bytes: number
  /** Whether it is a trust anchor, byte for byte. */
  readonly pinned: boolean
  /** Null when the bytes are no certificate that can be shown. */
  readonly parsed: ParsedView | null
}

interface ParsedView {
  readonly subject: string
  readonly issuer: string
  readonly commonName: string
  readonly serial: string
  readonly notBefore: Date
  readonly notAfter: Date
  readonly key: string
  readonly signatureAlgorithm: string
  readonly extensions: readonly Extension[]
}

/** Longer than any name that means to be read. */
const MAX_NAME = 300

const ALGORITHMS: Readonly<Record<string, string>> = {
  "1.2.840.10045.4.3.2": "ecdsa-with-SHA256",
  "1.2.840.10045.4.3.3": "ecdsa-with-SHA384",
  "1.2.840.10045.4.3.4": "ecdsa-with-SHA512",
  "1.2.840.113549.1.1.11": "sha256WithRSAEncryption",
}

export function viewCertificate(der: Uint8Array, anchors: readonly TrustAnchor[]): CertificateView {
  const sha256 = createHash("sha256").update(der).digest("hex")
  return { bytes: der.length, parsed: parse(der), pinned: anchors.some((anchor) => anchor.sha256 === sha256), sha256 }
}

function parse(der: Uint8Array): ParsedView | null {
  try {
    const certificate = new X509Certificate(der)
    const life = lifeOf(certificate)
    if (life === null) return null
    const { asymmetricKeyDetails, asymmetricKeyType } = certificate.publicKey
    const subject = name(certificate.subject)
    return {
      commonName: /(?:^|, )CN=([^,]+)/.exec(subject)?.[1] ?? subject,
      extensions: extensionsOf(der),
      issuer: name(certificate.issuer),
      key: curveName(asymmetricKeyType, asymmetricKeyDetails?.namedCurve),
      ...life,
      serial: certificate.serialNumber.toLowerCase(),
      signatureAlgorithm: signatureAlgorithm(der),
      subject,
    }
  } catch {
    return null
  }
}

/**
 * Null for instants that are none: OpenSSL spells them as "Bad time value", and Node's dates then hold whatever lay in
 * the memory that they were read into.
 */
function lifeOf(certificate: X509Certificate): Pick<ParsedView, "notAfter" | "notBefore"> | null {
  if ([certificate.validFrom, certificate.validTo].some((text) => !/ GMT$/.test(text))) return null
  const { validFromDate: notBefore, validToDate: notAfter } = certificate
  return [notBefore, notAfter].some((date) => Number.isNaN(date.getTime())) ? null : { notAfter, notBefore }
}

/** One attribute a line becomes one line, in the certificate's own order. */
function name(lines: string | undefined): string {
  return printable((lines ?? "").split("\n").join(", ").slice(0, MAX_NAME))
}

function signatureAlgorithm(der: Uint8Array): string {
  const [certificate] = elementsOf(der)
  const [, algorithm] = certificate === undefined ? [] : elementsOf(certificate.content)
  const [oid] = algorithm === undefined ? [] : elementsOf(algorithm.content)
  const dotted = dottedOid(oid?.content ?? new Uint8Array())
  return ALGORITHMS[dotted] ?? dotted
}
