import { type Bytes, equalBytes, toHex } from "../../../shared/bytes.ts"
import { array, byteString, text, writeCbor } from "../cbor-tree.ts"
import { type Accepted, type Base, inTime, valueOfField } from "./base.ts"
import { type CertificateReading, readCertificateOf, signedByOpenSsl } from "./certificate-reading.ts"
import { isHarmless } from "./harmless.ts"
import { type Reading, readDocument } from "./reading.ts"

const MAX_BYTES = 64 * 1024

/** What is wrong with accepting these bytes under the base's policy, by code that the verifier has no part in; or null. */
export function faultOf(base: Base, bytes: Uint8Array, accepted: Accepted): string | null {
  if (bytes.length > MAX_BYTES) return "larger than a document may be"
  try {
    const reading = readDocument(bytes)
    const original = readDocument(base.bytes)
    const path = reading.chain.map(readCertificateOf)
    return (
      misread(reading, accepted) ??
      judgedFault(base, original, reading) ??
      pathFault(original, reading, path, base.at ?? new Date(reading.timestamp)) ??
      signatureFault(reading, path) ??
      (base.keys === null ? unsignedFault(original, reading) : null) ??
      (isHarmless(base.bytes, new Uint8Array(bytes), base.judged) ? null : "it differs from its base where nothing may")
    )
  } catch (cause) {
    return String(cause)
  }
}

/** What the verifier reports is what the bytes say. */
function misread(reading: Reading, { document }: Accepted): string | null {
  const same =
    document.format === reading.format &&
    document.moduleId === reading.moduleId &&
    document.timestamp === reading.timestamp &&
    document.digest === reading.digest &&
    reading.digest === "SHA384" &&
    equalOrNull(document.publicKey, reading.publicKey) &&
    equalOrNull(document.userData, reading.userData) &&
    equalOrNull(document.nonce, reading.nonce) &&
    document.pcrs.size === reading.pcrs.size &&
    [...document.pcrs].every(([index, value]) => equalOrNull(value, reading.pcrs.get(index) ?? null)) &&
    equalLists([...document.cabundle, document.certificate], reading.chain)
  return same ? null : "the verifier reports other fields than the document has"
}

/** The fields that the policy pins, the time, and no zero in PCR0, 1, 2. */
function judgedFault(base: Base, original: Reading, reading: Reading): string | null {
  const changed = base.judged.find((field) => !equalOrNull(valueOfField(original, field), valueOfField(reading, field)))
  if (changed !== undefined) return `${changed} differs from the one that the policy pins`
  if (!inTime(base, reading)) return "its timestamp is outside the window"
  if (reading.format !== original.format) return "another format"
  if (reading.format === "aws-nitrotpm") return null
  const debug = [0, 1, 2].some((index) => reading.pcrs.get(index)?.every((byte) => byte === 0) !== false)
  return debug ? "PCR0, 1 or 2 is zero or absent" : null
}

/** RFC 5280 section 6.1 for this profile: the pinned root, names, signatures, roles, validity. */
function pathFault(original: Reading, reading: Reading, path: readonly CertificateReading[], at: Date): string | null {
  if (!equalOrNull(original.chain[0] ?? null, reading.chain[0] ?? null)) return "another root"
  if (path.length > 8) return "a path longer than the profile's"
  for (const [index, certificate] of path.entries()) {
    const issuer = path[index - 1]
    const fault = (issuer === undefined ? null : issuedFault(certificate, issuer)) ?? roleFault(path, index)
    if (fault !== null) return `certificate ${index}: ${fault}`
    const { validFromDate, validToDate } = certificate.x509
    if (at < validFromDate || at > validToDate) return `certificate ${index}: not valid at that time`
  }
  return null
}

function issuedFault(certificate: CertificateReading, issuer: CertificateReading): string | null {
  if (certificate.issuer !== issuer.subject) return "names another issuer"
  if (signedByOpenSsl(issuer, certificate.body, certificate.signature, "der")) return null
  return "its signature does not verify"
}

const KEY_CERT_SIGN = 0x04
const DIGITAL_SIGNATURE = 0x80

function roleFault(path: readonly CertificateReading[], index: number): string | null {
  const certificate = path[index]
  if (certificate === undefined) return "absent"
  const { ca, pathLength, usage } = certificate
  if (index === path.length - 1) {
    if (ca) return "a leaf that is an authority"
    return usage === null || (usage & DIGITAL_SIGNATURE) !== 0 ? null : "a leaf that may not sign"
  }
  if (!ca) return "issues and is no authority"
  if (usage === null || (usage & KEY_CERT_SIGN) === 0) return "may not sign certificates"
  return pathLength !== null && path.length - 2 - index > pathLength ? "a path longer than it allows" : null
}

const ES384 = "a1013822"

function signatureFault(reading: Reading, path: readonly CertificateReading[]): string | null {
  const leaf = path.at(-1)
  if (leaf === undefined || toHex(reading.header) !== ES384 || reading.signature.length !== 96)
    return "another algorithm"
  const empty = byteString(new Uint8Array())
  const parts = [text("Signature1"), byteString(reading.header), empty, byteString(reading.payload)]
  const signed = writeCbor(array(parts))
  return signedByOpenSsl(leaf, signed, reading.signature, "ieee-p1363") ? null : "its signature does not verify"
}

/**
 * Where nobody signed anything again, two things may differ: how the array and the empty map around the payload are
 * written, and s, since (r, n - s) is a signature too.
 */
function unsignedFault(original: Reading, reading: Reading): string | null {
  if (!equalBytes(original.payload, reading.payload)) return "a payload that nobody signed"
  return equalBytes(original.signature.slice(0, 48), reading.signature.slice(0, 48)) ? null : "another r"
}

function equalOrNull(a: Bytes | null, b: Bytes | null): boolean {
  return a === null || b === null ? a === b : equalBytes(a, b)
}

function equalLists(a: readonly Bytes[], b: readonly Bytes[]): boolean {
  return a.length === b.length && a.every((bytes, i) => equalOrNull(bytes, b[i] ?? null))
}
