import { sha256 } from "@noble/hashes/sha2.js"
import { type Bytes, concat, utf8 } from "../../shared/bytes.ts"
import { bitString, boolean, octetString, oid, sequence, set, time, tlv, unsigned, utf8String } from "./der.ts"
import { type KeyPair, sign } from "./key-pair.ts"

const ECDSA_WITH_SHA384 = "1.2.840.10045.4.3.3"
const KEY_CERT_SIGN = Uint8Array.of(0x04)
const CRL_SIGN_CERT_SIGN = Uint8Array.of(0x06)
const DIGITAL_SIGNATURE = Uint8Array.of(0x80)

/** What a certificate of the SIMULATED chain says; shapes are those of genuine ones. */
export interface CertificateFields {
  readonly issuer: string
  readonly subject: string
  readonly notBefore: Date
  readonly notAfter: Date
  readonly publicKey: KeyPair
  readonly signer: KeyPair
  /** Null on the leaf. */
  readonly pathLength: number | null
}

/** DER of an X.509 v3 certificate (RFC 5280); the same fields give the same bytes. */
export function makeCertificate(fields: CertificateFields): Bytes {
  const algorithm = sequence(oid(ECDSA_WITH_SHA384))
  const serial = sha256(concat(fields.publicKey.point, utf8(fields.subject))).slice(0, 16)
  serial[0] = (serial[0] ?? 0) & 0x7f
  const body = sequence(
    tlv(0xa0, unsigned(Uint8Array.of(2))),
    unsigned(serial),
    algorithm,
    name(fields.issuer),
    sequence(time(fields.notBefore), time(fields.notAfter)),
    name(fields.subject),
    publicKeyInfo(fields.publicKey),
    tlv(0xa3, sequence(...extensions(fields.pathLength))),
  )
  return sequence(body, algorithm, bitString(derSignature(sign(fields.signer, body))))
}

function name(commonName: string): Bytes {
  const attribute = (type: string, value: string) => set(sequence(oid(type), utf8String(value)))
  return sequence(attribute("2.5.4.10", "SIMULATED"), attribute("2.5.4.11", "Parley"), attribute("2.5.4.3", commonName))
}

function publicKeyInfo({ point }: KeyPair): Bytes {
  return sequence(sequence(oid("1.2.840.10045.2.1"), oid("1.3.132.0.34")), bitString(point))
}

function extensions(pathLength: number | null): readonly Bytes[] {
  if (pathLength === null) {
    return [extension("2.5.29.19", true, sequence()), extension("2.5.29.15", false, bitString(DIGITAL_SIGNATURE, 7))]
  }
  const constraints = sequence(boolean(true), unsigned(Uint8Array.of(pathLength)))
  const usage = pathLength === 0 ? bitString(KEY_CERT_SIGN, 2) : bitString(CRL_SIGN_CERT_SIGN, 1)
  return [extension("2.5.29.19", true, constraints), extension("2.5.29.15", true, usage)]
}

function extension(id: string, critical: boolean, value: Uint8Array): Bytes {
  return critical ? sequence(oid(id), boolean(true), octetString(value)) : sequence(oid(id), octetString(value))
}

function derSignature(raw: Uint8Array): Bytes {
  return sequence(unsigned(raw.subarray(0, 48)), unsigned(raw.subarray(48)))
}
