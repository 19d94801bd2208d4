import { type Bytes, equalBytes, toHex } from "../../../shared/bytes.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { rawSignature } from "../ecdsa/curve.ts"
import { DerReader, malformed, TAG } from "./der.ts"
import {
  BASIC_CONSTRAINTS,
  type BasicConstraints,
  basicConstraints,
  type Extension,
  KEY_USAGE,
  keyUsage,
  readExtensions,
} from "./extensions.ts"
import { type Name, readName } from "./name.ts"
import { type PublicKeyInfo, readPublicKeyInfo, requireP384 } from "./public-key.ts"
import { readInstant, readNonNegative, readOctetAligned, readOidContent, readPositive } from "./values.ts"

/** A certificate of the profile (ATT-19 to ATT-24): every byte of it was read, and has one meaning. */
export interface Certificate {
  /** What the signature covers. */
  readonly signed: Bytes
  /** r || s, 96 bytes; null when r or s is out of range, which verifies under no key. */
  readonly signature: Bytes | null
  /** Hex. */
  readonly serial: string
  readonly issuer: Name
  readonly subject: Name
  readonly notBefore: Date
  readonly notAfter: Date
  /** Uncompressed point on P-384, 97 bytes. */
  readonly publicKey: Bytes
  readonly extensions: readonly Extension[]
  readonly basicConstraints: BasicConstraints | null
  readonly keyUsage: number | null
}

/** What is in the signed part, before algorithms are judged. */
interface Body extends Omit<Certificate, "signed" | "signature" | "publicKey"> {
  readonly algorithm: Bytes
  readonly key: PublicKeyInfo
}

/** Version 3, written out (RFC 5280 section 4.1.2.1). */
const V3 = Uint8Array.of(TAG.integer, 1, 2)
const MAX_SERIAL_BYTES = 20
/** AlgorithmIdentifier of ecdsa-with-SHA384, without parameters (RFC 5758 section 3.2). */
const ECDSA_WITH_SHA384 = Uint8Array.of(
  ...[TAG.sequence, 0x0a, TAG.objectIdentifier, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03],
)
/** Critical extensions that this profile understands; any other one refuses (RFC 5280 section 4.2). */
const UNDERSTOOD: readonly string[] = [BASIC_CONSTRAINTS, KEY_USAGE]

/** Reads one certificate that fills its bytes: syntax, then algorithms and key, then what it asks to be understood. */
export function readCertificate(der: Bytes): Certificate {
  const outer = new DerReader(der)
  const reader = outer.enter(TAG.sequence)
  outer.end()
  const signed = reader.whole(TAG.sequence)
  const algorithm = readAlgorithm(reader)
  const signatureBits = readOctetAligned(reader)
  reader.end()
  const { algorithm: inner, key, ...body } = readBody(new DerReader(signed).enter(TAG.sequence))
  requireAlgorithm(inner, algorithm)
  const publicKey = requireP384(key)
  const signature = readSignature(signatureBits)
  requireUnderstood(body.extensions)
  return { ...body, publicKey, signature, signed }
}

function readBody(tbs: DerReader): Body {
  if (!equalBytes(tbs.content(TAG.version), V3)) throw malformed("not version 3")
  const serial = readPositive(tbs)
  if (serial.length > MAX_SERIAL_BYTES) throw malformed(`a serial number over ${MAX_SERIAL_BYTES} bytes`)
  const algorithm = readAlgorithm(tbs)
  const issuer = readName(tbs)
  const validity = tbs.enter(TAG.sequence)
  const [notBefore, notAfter] = [new Date(readInstant(validity)), new Date(readInstant(validity))]
  validity.end()
  const subject = readName(tbs)
  const key = readPublicKeyInfo(tbs)
  const extensions = readExtensions(tbs)
  tbs.end()
  const constraints = { basicConstraints: basicConstraints(extensions), keyUsage: keyUsage(extensions) }
  return { ...constraints, algorithm, extensions, issuer, key, notAfter, notBefore, serial: toHex(serial), subject }
}

/** An AlgorithmIdentifier as a whole, with any parameters. */
function readAlgorithm(reader: DerReader): Bytes {
  const der = reader.whole(TAG.sequence)
  readOidContent(new DerReader(der).enter(TAG.sequence))
  return der
}

/** RFC 5280 section 4.1.1.2: the same inside and outside of what is signed. */
function requireAlgorithm(inner: Bytes, outer: Bytes): void {
  if (equalBytes(inner, ECDSA_WITH_SHA384) && equalBytes(outer, ECDSA_WITH_SHA384)) return
  throw new ParleyError("certificate-algorithm", "not signed with ecdsa-with-SHA384, inside and outside alike")
}

/** Ecdsa-Sig-Value (RFC 3279 section 2.2.3). */
function readSignature(bits: Bytes): Bytes | null {
  const outer = new DerReader(bits)
  const reader = outer.enter(TAG.sequence)
  outer.end()
  const [r, s] = [readNonNegative(reader), readNonNegative(reader)]
  reader.end()
  return rawSignature(r, s)
}

function requireUnderstood(extensions: readonly Extension[]): void {
  for (const { critical, oid } of extensions) {
    if (critical && !UNDERSTOOD.includes(oid)) {
      throw new ParleyError("path-critical-extension", `critical extension ${oid} is not understood`)
    }
  }
}
