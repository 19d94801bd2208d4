import { concat, utf8 } from "../../../shared/bytes.ts"
import { sequence, tlv } from "../../software-nsm/der.ts"
import { PRODUCTION } from "../bases.ts"
import { area, refuse } from "../case.ts"
import type { Change, Level } from "../chain.ts"
import { indefinite, NULL, withLength } from "../der.ts"
import { withCertificate, withEncoded } from "../mutate.ts"

const malformed = (name: string, title: string, mutation: string, level: Level, change: Change) =>
  refuse("certificate-malformed", name, title, mutation, withCertificate(level, change))
const encoded = (
  name: string,
  title: string,
  mutation: string,
  level: Exclude<Level, "root">,
  encode: (certificate: Uint8Array) => Uint8Array,
) =>
  refuse(
    "certificate-malformed",
    name,
    title,
    mutation,
    withEncoded(level, (bytes) => new Uint8Array(encode(bytes))),
  )
const twoOctets = (length: number) => [length >> 8, length & 0xff]

/** Lengths and frames (X.690 section 10.1). */
export const CERTIFICATE_LENGTHS = area("certificate", PRODUCTION, [
  encoded(
    "indefinite",
    "DER lengths are definite.",
    "the zonal certificate has an indefinite length",
    "zonal",
    (certificate) => indefinite(0x30, certificate.subarray(4)),
  ),
  malformed(
    "indefinite-signed-part",
    "DER lengths are definite within a certificate too.",
    "the signed part of the zonal certificate has an indefinite length, and is signed like that",
    "zonal",
    (parts) => ({ ...parts, signedPart: (fields) => indefinite(0x30, concat(...fields)) }),
  ),
  encoded(
    "length-leading-zero",
    "A length has no leading zero.",
    "the leaf's length takes three octets, the first of them 00",
    "leaf",
    (certificate) => withLength(0x30, [0x83, 0, ...twoOctets(certificate.length - 4)], certificate.subarray(4)),
  ),
  malformed(
    "length-leading-zero-signed-part",
    "A length has no leading zero within a certificate either.",
    "the length of the leaf's signed part takes three octets, the first of them 00",
    "leaf",
    (parts) => ({ ...parts, signedPart: (fields) => framed(fields, (length) => [0x83, 0, ...twoOctets(length)]) }),
  ),
  malformed(
    "length-long-form",
    "A length below 128 takes one octet.",
    "the serial number of the zonal certificate writes its length as 81 10",
    "zonal",
    (parts) => ({ ...parts, serial: withLength(0x02, [0x81, 0x10], parts.serial.subarray(2)) }),
  ),
  encoded(
    "length-over",
    "A certificate does not end too early.",
    "the leaf's length is one more than its content",
    "leaf",
    (certificate) => withLength(0x30, [0x82, ...twoOctets(certificate.length - 3)], certificate.subarray(4)),
  ),
  encoded("length-reserved", "The length octet ff is reserved.", "the leaf's length is ff", "leaf", (certificate) =>
    withLength(0x30, [0xff], certificate.subarray(4)),
  ),
  encoded(
    "length-of-eight-octets",
    "A length of eight octets is not read.",
    "the leaf's length takes eight octets",
    "leaf",
    (certificate) =>
      withLength(0x30, [0x88, 0, 0, 0, 0, 0, 0, ...twoOctets(certificate.length - 4)], certificate.subarray(4)),
  ),
  encoded(
    "trailing-byte",
    "Nothing follows a certificate.",
    "a byte 00 follows the zonal certificate",
    "zonal",
    (certificate) => concat(certificate, new Uint8Array(1)),
  ),
  encoded("trailing-byte-leaf", "Nothing follows the leaf.", "a byte 00 follows the leaf", "leaf", (certificate) =>
    concat(certificate, new Uint8Array(1)),
  ),
  encoded("cut", "A certificate is whole.", "the leaf lacks its last byte", "leaf", (certificate) =>
    certificate.slice(0, -1),
  ),
  encoded("garbage", "Random bytes are no certificate.", "the leaf is sixteen bytes of 5a", "leaf", () =>
    new Uint8Array(16).fill(0x5a),
  ),
  encoded("pem", "A certificate is DER, not PEM.", "the leaf is PEM", "leaf", pem),
  encoded("set", "A certificate is a SEQUENCE.", "the leaf's outer tag is SET", "leaf", (certificate) =>
    concat(Uint8Array.of(0x31), certificate.subarray(1)),
  ),
  malformed("high-tag", "Tags are low.", "the leaf's serial number has the tag 1f 02", "leaf", (parts) => ({
    ...parts,
    serial: concat(Uint8Array.of(0x1f), parts.serial),
  })),
  malformed(
    "fourth-part",
    "A certificate has three parts.",
    "a NULL follows the leaf's signature",
    "leaf",
    (parts) => ({
      ...parts,
      whole: (three) => sequence(...three, NULL),
    }),
  ),
  malformed(
    "field-after-extensions",
    "Nothing follows the extensions.",
    "the leaf's signed part ends with a field [4]",
    "leaf",
    (parts) => ({ ...parts, signedPart: (fields) => sequence(...fields, tlv(0xa4, NULL)) }),
  ),
  malformed(
    "unique-identifier",
    "Unique identifiers have no place in this profile.",
    "the zonal certificate has an issuerUniqueID",
    "zonal",
    (parts) => ({
      ...parts,
      signedPart: (fields) => sequence(...fields.slice(0, -1), tlv(0x81, new Uint8Array(2)), ...fields.slice(-1)),
    }),
  ),
])

function framed(fields: readonly Uint8Array[], length: (size: number) => readonly number[]) {
  const content = concat(...fields)
  return withLength(0x30, length(content.length), content)
}

function pem(certificate: Uint8Array) {
  const body = btoa(String.fromCharCode(...certificate))
  return utf8(`-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`)
}
