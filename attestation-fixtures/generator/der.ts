import { type Bytes, concat, utf8 } from "../../shared/bytes.ts"
import { bitString, boolean, octetString, oid, sequence, set, tlv, utf8String } from "../software-nsm/der.ts"

/** Object identifiers of the profile, and those that the hostile cases use. */
export const OID = {
  basicConstraints: "2.5.29.19",
  crlDistributionPoints: "2.5.29.31",
  ecPublicKey: "1.2.840.10045.2.1",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  ecdsaWithSha384: "1.2.840.10045.4.3.3",
  extendedKeyUsage: "2.5.29.37",
  keyUsage: "2.5.29.15",
  nameConstraints: "2.5.29.30",
  p256: "1.2.840.10045.3.1.7",
  p384: "1.3.132.0.34",
  p521: "1.3.132.0.35",
  policyConstraints: "2.5.29.36",
  rsaEncryption: "1.2.840.113549.1.1.1",
  sha384WithRsa: "1.2.840.113549.1.1.12",
} as const

export const printableString = (text: string) => tlv(0x13, utf8(text))
export const utcTime = (text: string) => tlv(0x17, utf8(text))
export const generalizedTime = (text: string) => tlv(0x18, utf8(text))
export const NULL = tlv(0x05)

/** A type and content under length octets of the caller's own choosing. */
export function withLength(tag: number, length: readonly number[], content: Uint8Array): Bytes {
  return concat(Uint8Array.of(tag, ...length), content)
}

/** BER's indefinite length, which DER forbids (X.690 section 10.1). */
export function indefinite(tag: number, content: Uint8Array): Bytes {
  return concat(Uint8Array.of(tag, 0x80), content, new Uint8Array(2))
}

export type Attribute = readonly [type: "C" | "CN" | "L" | "O" | "OU" | "ST", value: string]

const ATTRIBUTES = { C: "2.5.4.6", CN: "2.5.4.3", L: "2.5.4.7", O: "2.5.4.10", OU: "2.5.4.11", ST: "2.5.4.8" } as const

/** A distinguished name, in the order given; the country is a PrintableString as genuine ones have it. */
export function name(...attributes: readonly Attribute[]): Bytes {
  const relative = attributes.map(([type, value]) => {
    const text = type === "C" ? printableString(value) : utf8String(value)
    return set(sequence(oid(ATTRIBUTES[type]), text))
  })
  return sequence(...relative)
}

export function extension(id: string, critical: boolean, value: Uint8Array): Bytes {
  return critical ? sequence(oid(id), boolean(true), octetString(value)) : sequence(oid(id), octetString(value))
}

export function algorithm(id: string, ...parameters: readonly Uint8Array[]): Bytes {
  return sequence(oid(id), ...parameters)
}

export function ecKeyInfo(curve: string, point: Uint8Array): Bytes {
  return sequence(algorithm(OID.ecPublicKey, oid(curve)), bitString(point))
}
