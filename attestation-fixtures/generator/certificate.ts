import { sha256 } from "@noble/hashes/sha2.js"
import { type Bytes, concat, utf8 } from "../../shared/bytes.ts"
import { bitString, boolean, octetString, sequence, time, tlv, unsigned } from "../software-nsm/der.ts"
import { type KeyPair, sign } from "../software-nsm/key-pair.ts"
import { algorithm, ecKeyInfo, extension, OID } from "./der.ts"

/** A certificate as the DER of its parts, so that a case replaces one of them and everything else stays well-formed. */
export interface CertificateParts {
  readonly version: Uint8Array
  readonly serial: Uint8Array
  readonly innerAlgorithm: Uint8Array
  readonly issuer: Uint8Array
  readonly notBefore: Uint8Array
  readonly notAfter: Uint8Array
  readonly subject: Uint8Array
  readonly publicKeyInfo: Uint8Array
  readonly extensions: readonly Uint8Array[]
  readonly outerAlgorithm: Uint8Array
  readonly signer: KeyPair
  /** Frames of the signed part and of the whole, and the signature's form. */
  readonly signedPart: (fields: readonly Uint8Array[]) => Bytes
  readonly signature: (raw: Uint8Array) => Bytes
  readonly whole: (parts: readonly Uint8Array[]) => Bytes
}

/** Signs what the parts say, whether or not it is a certificate. */
export function makeCertificate(parts: CertificateParts): Bytes {
  const { extensions, innerAlgorithm, issuer, notAfter, notBefore, publicKeyInfo, serial, subject, version } = parts
  const fields = [version, serial, innerAlgorithm, issuer, sequence(notBefore, notAfter), subject, publicKeyInfo]
  if (extensions.length > 0) fields.push(tlv(0xa3, sequence(...extensions)))
  const signedPart = parts.signedPart(fields)
  return parts.whole([signedPart, parts.outerAlgorithm, parts.signature(sign(parts.signer, signedPart))])
}

export interface Profile {
  readonly issuer: Uint8Array
  readonly subject: Uint8Array
  readonly notBefore: string
  readonly notAfter: string
  readonly key: KeyPair
  readonly signer: KeyPair
  readonly extensions: readonly Uint8Array[]
}

/** The parts of a well-formed certificate of the Nitro profile. */
export function profileParts(profile: Profile): CertificateParts {
  const { extensions, issuer, key, notAfter, notBefore, signer, subject } = profile
  const serial = sha256(concat(key.point, subject, utf8(notBefore))).slice(0, 16)
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40
  return {
    extensions,
    innerAlgorithm: algorithm(OID.ecdsaWithSha384),
    issuer,
    notAfter: time(new Date(notAfter)),
    notBefore: time(new Date(notBefore)),
    outerAlgorithm: algorithm(OID.ecdsaWithSha384),
    publicKeyInfo: ecKeyInfo(OID.p384, key.point),
    serial: unsigned(serial),
    signature: (raw) => bitString(ecdsaSignature(raw)),
    signedPart: (fields) => sequence(...fields),
    signer,
    subject,
    version: tlv(0xa0, unsigned(Uint8Array.of(2))),
    whole: (parts) => sequence(...parts),
  }
}

export function ecdsaSignature(raw: Uint8Array): Bytes {
  return sequence(unsigned(raw.subarray(0, 48)), unsigned(raw.subarray(48)))
}

export function caConstraints(pathLength: number | null): Bytes {
  const limit = pathLength === null ? [] : [unsigned(Uint8Array.of(pathLength))]
  return extension(OID.basicConstraints, true, sequence(boolean(true), ...limit))
}

/** On the leaf: empty, for FALSE is the default and is not written (X.690 section 11.5). */
export const LEAF_CONSTRAINTS = extension(OID.basicConstraints, true, sequence())

export function caUsage(bits: number, unused: number): Bytes {
  return extension(OID.keyUsage, true, bitString(Uint8Array.of(bits), unused))
}

/** digitalSignature and nonRepudiation, not critical: as genuine leaves have it. */
export const LEAF_USAGE = extension(OID.keyUsage, false, bitString(Uint8Array.of(0xc0), 6))

export function subjectKeyId(key: KeyPair): Bytes {
  return extension("2.5.29.14", false, octetString(sha256(key.point).slice(0, 20)))
}

export function authorityKeyId(key: KeyPair): Bytes {
  return extension("2.5.29.35", false, sequence(tlv(0x80, sha256(key.point).slice(0, 20))))
}

export function crlPoint(url: string): Bytes {
  const point = sequence(tlv(0xa0, tlv(0xa0, tlv(0x86, utf8(url)))))
  return extension(OID.crlDistributionPoints, false, sequence(point))
}
