import "reflect-metadata" // @peculiar/x509 looks for it when it loads
import { BasicConstraintsExtension, KeyUsageFlags, KeyUsagesExtension, X509Certificate } from "@peculiar/x509"
import { ParleyError } from "../../shared/errors/index.ts"

const BASIC_CONSTRAINTS = "2.5.29.19"
const KEY_USAGE = "2.5.29.15"
/** Critical extensions that this profile understands; any other one refuses (RFC 5280 section 4.2). */
const UNDERSTOOD = new Set([BASIC_CONSTRAINTS, KEY_USAGE])

/** The parts of an X.509 certificate that path validation looks at. */
export interface Certificate {
  readonly parsed: X509Certificate
  readonly der: Uint8Array
  readonly ca: boolean
  readonly pathLength: number | null
  readonly keyCertSign: boolean | null
  readonly digitalSignature: boolean | null
}

/** Parses one DER certificate that fills its bytes; P-384 keys and ecdsa-with-SHA384 only. */
export function readCertificate(der: Uint8Array): Certificate {
  const parsed = parse(der)
  requireAlgorithm(parsed)
  requireUnderstood(parsed)
  const constraints = parsed.getExtension(BasicConstraintsExtension)
  const usage = parsed.getExtension(KeyUsagesExtension)
  return {
    ca: constraints?.ca === true,
    der,
    digitalSignature: usage === null ? null : (usage.usages & KeyUsageFlags.digitalSignature) !== 0,
    keyCertSign: usage === null ? null : (usage.usages & KeyUsageFlags.keyCertSign) !== 0,
    parsed,
    pathLength: constraints?.pathLength ?? null,
  }
}

function parse(der: Uint8Array): X509Certificate {
  // X.690 section 10.1: definite length in the fewest octets, which for a certificate is two; no trailing bytes.
  const length = der.length >= 4 && der[0] === 0x30 && der[1] === 0x82 ? ((der[2] ?? 0) << 8) | (der[3] ?? 0) : -1
  if (length !== der.length - 4) throw new ParleyError("certificate-malformed", "not one DER certificate")
  try {
    const parsed = new X509Certificate(new Uint8Array(der))
    const oids = parsed.extensions.map(({ type }) => type)
    if (new Set(oids).size === oids.length) return parsed
  } catch {
    // One answer: parsers differ in what they say.
  }
  throw new ParleyError("certificate-malformed", "not an X.509 certificate")
}

function requireAlgorithm(certificate: X509Certificate): void {
  const key = certificate.publicKey.algorithm as { name?: string; namedCurve?: string }
  const signature = certificate.signatureAlgorithm as { name?: string; hash?: { name?: string } }
  const good =
    key.name === "ECDSA" &&
    key.namedCurve === "P-384" &&
    signature.name === "ECDSA" &&
    signature.hash?.name === "SHA-384"
  if (!good) throw new ParleyError("certificate-algorithm", "only P-384 with ecdsa-with-SHA384")
}

function requireUnderstood(certificate: X509Certificate): void {
  for (const { critical, type } of certificate.extensions) {
    if (critical && !UNDERSTOOD.has(type)) {
      throw new ParleyError("path-critical-extension", `critical extension ${type} is not understood`)
    }
  }
}
