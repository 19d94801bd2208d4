import { p384, p521 } from "@noble/curves/nist.js"
import { describe, expect, it } from "vitest"
import * as der from "../../../attestation-fixtures/software-nsm/der.ts"
import { type Bytes, concat, fromHex, toHex, utf8 } from "../../../shared/bytes.ts"
import type { AttestationCode } from "../../../shared/errors/attestation.ts"
import { readCertificate } from "../../../verifier/attestation/x509/certificate.ts"
import { expectCode } from "../../support/rejects.ts"
import {
  CERT_SIGN,
  certificate,
  constraints,
  ecdsaSignature,
  extension,
  keyOf,
  LEAF,
  list,
  NONE,
  type Parts,
  SECP384R1,
  small,
  spki,
  TRUE,
  usage,
} from "./chain-builder.ts"

const hex = fromHex
const point = keyOf(1).point
const attribute = (tag: number, content: Uint8Array) =>
  der.sequence(der.set(der.sequence(der.oid("2.5.4.3"), der.tlv(tag, content))))
const utc = (text: string) => der.tlv(0x17, utf8(text))
const general = (text: string) => der.tlv(0x18, utf8(text))
const valid = (...times: readonly Bytes[]) => ({ validity: der.sequence(...times) })
const from = utc("261124120000Z")
const flag = (byte: number) => der.tlv(0x01, Uint8Array.of(byte))
const bits = (...content: readonly number[]) => der.tlv(0x03, Uint8Array.from(content))
const one = small(1)

/** Makes the first length in the certificate longer than it has to be, or indefinite. */
const relength = (change: (content: Uint8Array) => Bytes) => (made: Bytes) =>
  concat(hex("30"), change(made.subarray(4)))
const long = (size: number) => Uint8Array.of(0x83, 0, size >> 8, size & 0xff)

const MALFORMED: Readonly<Record<string, Partial<Parts>>> = {
  "a byte after it": { wrap: (made) => concat(made, hex("00")) },
  "an indefinite length": { wrap: relength((content) => concat(hex("80"), content, hex("0000"))) },
  "a length with a leading zero": { wrap: relength((content) => concat(long(content.length), content)) },
  "a length that goes too far": { wrap: (made) => made.slice(0, -1) },
  "a long form where the short one fits": { serial: hex("02810101") },
  "a two-byte form where one byte fits": { serial: concat(hex("02820001"), hex("01")) },
  "a high tag number": { after: hex("1f8101") },
  "nothing at all": { wrap: () => NONE },
  "another outer tag": { wrap: (made) => concat(hex("31"), made.subarray(1)) },
  "a field after the signature": {
    wrap: relength((content) => {
      const longer = concat(content, hex("0500"))
      return concat(Uint8Array.of(0x82, longer.length >> 8, longer.length & 0xff), longer)
    }),
  },
  "a field after the extensions": { after: hex("0500") },
  "an issuer unique identifier": { extensions: concat(hex("81020001"), list(constraints())) },
  "no version": { version: NONE },
  "version 1 written out": { version: der.tlv(0xa0, small(0)) },
  "version 2": { version: der.tlv(0xa0, small(1)) },
  "version 4": { version: der.tlv(0xa0, small(3)) },
  "a field beside the version": { version: der.tlv(0xa0, small(2), small(2)) },
  "serial number zero": { serial: small(0) },
  "a negative serial number": { serial: hex("0201ff") },
  "a serial number with a superfluous zero": { serial: hex("02020001") },
  "an empty serial number": { serial: hex("0200") },
  "a serial number of 21 bytes": { serial: der.unsigned(new Uint8Array(21).fill(0x7f)) },
  "an empty issuer": { issuer: der.sequence() },
  "an empty subject": { subject: der.sequence() },
  "an empty relative name": { subject: der.sequence(der.set()) },
  "an attribute of three": {
    subject: der.sequence(der.set(der.sequence(der.oid("2.5.4.3"), der.utf8String("a"), one))),
  },
  "a SET in descending order": {
    subject: der.sequence(
      der.set(
        der.sequence(der.oid("2.5.4.3"), der.utf8String("b")),
        der.sequence(der.oid("2.5.4.3"), der.utf8String("a")),
      ),
    ),
  },
  "a name that is not UTF-8": { subject: attribute(0x0c, hex("c328")) },
  "an asterisk in a PrintableString": { subject: attribute(0x13, utf8("a*")) },
  "a byte over 127 in an IA5String": { subject: attribute(0x16, hex("e9")) },
  "a BMPString": { subject: attribute(0x1e, hex("0061")) },
  "an object identifier in a longer form": {
    subject: der.sequence(der.set(der.sequence(hex("060455800403"), der.utf8String("a")))),
  },
  "an object identifier that ends within an arc": {
    subject: der.sequence(der.set(der.sequence(hex("06025584"), der.utf8String("a")))),
  },
  "an empty object identifier": { subject: der.sequence(der.set(der.sequence(hex("0600"), der.utf8String("a")))) },
  "an object identifier with an arc beyond 2^53": {
    subject: der.sequence(der.set(der.sequence(hex("060a55ffffffffffffffff7f"), der.utf8String("a")))),
  },
  "31 April": valid(utc("260431120000Z"), utc("270101000000Z")),
  "29 February of a common year": valid(utc("260229120000Z"), utc("270101000000Z")),
  "month 13": valid(utc("261301120000Z"), utc("270101000000Z")),
  "day 0": valid(utc("261100120000Z"), utc("270101000000Z")),
  "minute 60": valid(utc("261124126000Z"), utc("270101000000Z")),
  "a character below the digits": valid(utc("2611241200/0Z"), utc("270101000000Z")),
  "a character above the digits": valid(utc("2611241200:0Z"), utc("270101000000Z")),
  "a second place below the digits": valid(utc("26112412000/Z"), utc("270101000000Z")),
  "a second place above the digits": valid(utc("26112412000:Z"), utc("270101000000Z")),
  "a lower-case z": valid(utc("261124120000z"), utc("270101000000Z")),
  "a Z among the digits, and a digit at the end": valid(utc("2611241200Z00"), utc("270101000000Z")),
  "a tag of neither time, with a time after 2050": valid(from, der.tlv(0x16, utf8("20500101000000Z"))),
  "a name with a byte 80": { subject: attribute(0x16, hex("80")) },
  "an empty name": { subject: attribute(0x0c, hex("80")) },
  "an object identifier whose arc ends at 80": {
    subject: der.sequence(der.set(der.sequence(hex("0603558180"), der.utf8String("a")))),
  },
  "a negative serial number of 80": { serial: hex("020180") },
  "a length byte 80 in an element": { serial: hex("0280") },
  "a length of three bytes": { serial: hex("028300000101") },
  "hour 24": valid(utc("261124240000Z"), utc("270101000000Z")),
  "second 60": valid(utc("261124120060Z"), utc("270101000000Z")),
  "no seconds": valid(utc("2611241200Z"), utc("270101000000Z")),
  "an offset": valid(utc("261124120000+0000"), utc("270101000000Z")),
  "no Z": valid(utc("261124120000"), utc("270101000000Z")),
  "a fraction of a second": valid(from, general("20500101000000.5Z")),
  "GeneralizedTime before 2050": valid(from, general("20491231235959Z")),
  "a third instant": valid(from, from, from),
  "one instant": valid(from),
  "an instant of another type": valid(from, der.utf8String("270101000000Z")),
  "unused bits in the key": {
    key: der.sequence(der.sequence(der.oid("1.2.840.10045.2.1"), SECP384R1), der.bitString(point, 1)),
  },
  "a field after the key": {
    key: der.sequence(der.sequence(der.oid("1.2.840.10045.2.1"), SECP384R1), der.bitString(point), one),
  },
  "an empty list of extensions": { extensions: list() },
  "two lists of extensions": { extensions: der.tlv(0xa3, der.sequence(constraints()), der.sequence(CERT_SIGN)) },
  "a critical flag written out as FALSE": { extensions: list(extension("2.5.29.15", flag(0), bits(7, 0x80))) },
  "a critical flag of 01": { extensions: list(extension("2.5.29.19", flag(1), der.sequence(TRUE))) },
  "a critical flag of two bytes": { extensions: list(extension("2.5.29.19", hex("0102ffff"), der.sequence(TRUE))) },
  "an extension of four": { extensions: list(der.sequence(der.oid("2.5.29.14"), der.octetString(hex("0400")), one)) },
  "an extension without a value": { extensions: list(der.sequence(der.oid("2.5.29.14"))) },
  "a CA flag written out as FALSE": { extensions: list(constraints(flag(0))) },
  "a CA flag of 01": { extensions: list(constraints(flag(1))) },
  "a pathLenConstraint without the CA flag": { extensions: list(constraints(one)) },
  "a negative pathLenConstraint": { extensions: list(constraints(TRUE, hex("0201ff"))) },
  "a pathLenConstraint with a superfluous zero": { extensions: list(constraints(TRUE, hex("02020001"))) },
  "a pathLenConstraint of 256": { extensions: list(constraints(TRUE, hex("02020100"))) },
  "a pathLenConstraint of 2^64": { extensions: list(constraints(TRUE, hex("0209010000000000000000"))) },
  "a field after pathLenConstraint": { extensions: list(constraints(TRUE, one, one)) },
  "basicConstraints with a byte after it": {
    extensions: list(extension("2.5.29.19", TRUE, concat(der.sequence(TRUE), hex("00")))),
  },
  "keyUsage without bits": { extensions: list(usage(bits(0))) },
  "keyUsage without content": { extensions: list(usage(bits())) },
  "keyUsage of zero bits": { extensions: list(usage(bits(0, 0))) },
  "keyUsage with too few unused bits": { extensions: list(usage(bits(0, 0x06))) },
  "keyUsage with too many unused bits": { extensions: list(usage(bits(2, 0x06))) },
  "keyUsage with 8 unused bits": { extensions: list(usage(bits(8, 0x80))) },
  "keyUsage with a tenth bit": { extensions: list(usage(bits(6, 0x06, 0x40))) },
  "keyUsage of three bytes": { extensions: list(usage(bits(7, 0x06, 0x00, 0x80))) },
  "keyUsage with a byte after it": { extensions: list(usage(concat(bits(1, 0x06), hex("00")))) },
  "a signature with a third number": { signature: () => der.bitString(der.sequence(one, one, one)) },
  "a signature of one number": { signature: () => der.bitString(der.sequence(one)) },
  "a signature with a byte after it": { signature: () => der.bitString(concat(der.sequence(one, one), hex("00"))) },
  "a signature with unused bits": { signature: () => der.bitString(der.sequence(one, one), 1) },
  "an empty signature": { signature: () => der.tlv(0x03) },
  "a negative r": { signature: () => ecdsaSignature(hex("0201ff"), one) },
  "an s with a superfluous zero": { signature: () => ecdsaSignature(one, hex("02020001")) },
}

const compressed = p384.Point.fromBytes(point).toBytes(true)
const at = (index: number) => (over: Partial<Parts>) => certificate(index, over)
/** A point with a small x, written as x + p: on the curve for whoever reduces before looking. */
const oversized = (() => {
  for (let x = 1n; ; x++) {
    const short = hex(x.toString(16).padStart(96, "0"))
    const [even] = [concat(hex("02"), short)].filter((bytes) => p384.utils.isValidPublicKey(bytes, true))
    if (even === undefined) continue
    const y = p384.Point.fromBytes(even).toBytes(false).subarray(49)
    return concat(hex("04"), hex((x + p384.Point.Fp.ORDER).toString(16)), y)
  }
})()
const offCurve = point.map((byte, i) => (i === 96 ? byte ^ 1 : byte))
const RSA = spki(hex("3003020103"), hex("0500"), der.oid("1.2.840.113549.1.1.1"))
const SECP521R1 = der.oid("1.3.132.0.35")

const JUDGED: readonly (readonly [string, Partial<Parts>, AttestationCode])[] = [
  [
    "one extension twice",
    { extensions: list(constraints(TRUE), constraints(TRUE)) },
    "certificate-duplicate-extension",
  ],
  [
    "one unknown extension twice",
    {
      extensions: list(
        constraints(TRUE),
        extension("2.5.29.14", NONE, hex("00")),
        extension("2.5.29.14", NONE, hex("01")),
      ),
    },
    "certificate-duplicate-extension",
  ],
  ["ecdsa-with-SHA256 inside and outside", algorithms("1.2.840.10045.4.3.2"), "certificate-algorithm"],
  ["sha384WithRSAEncryption", algorithms("1.2.840.113549.1.1.12"), "certificate-algorithm"],
  [
    "ecdsa-with-SHA256 inside",
    { innerAlgorithm: der.sequence(der.oid("1.2.840.10045.4.3.2")) },
    "certificate-algorithm",
  ],
  [
    "ecdsa-with-SHA256 outside",
    { outerAlgorithm: der.sequence(der.oid("1.2.840.10045.4.3.2")) },
    "certificate-algorithm",
  ],
  ["NULL parameters of the algorithm", { innerAlgorithm: nulled(), outerAlgorithm: nulled() }, "certificate-algorithm"],
  ["an RSA key", { key: RSA }, "certificate-algorithm"],
  ["a P-521 key", { key: spki(p521.Point.BASE.toBytes(false), SECP521R1) }, "certificate-curve"],
  ["a P-384 point called P-521", { key: spki(point, SECP521R1) }, "certificate-curve"],
  ["no curve", { key: spki(point, NONE) }, "certificate-curve"],
  ["a NULL curve", { key: spki(point, hex("0500")) }, "certificate-curve"],
  ["a curve of its own", { key: spki(point, der.sequence(one)) }, "certificate-curve"],
  ["something after the curve", { key: spki(point, concat(SECP384R1, hex("0500"))) }, "certificate-curve"],
  ["a compressed point", { key: spki(compressed) }, "certificate-point"],
  ["a hybrid point", { key: spki(concat(hex("06"), point.subarray(1))) }, "certificate-point"],
  ["the point at infinity", { key: spki(hex("00")) }, "certificate-point"],
  ["no point", { key: spki(NONE) }, "certificate-point"],
  ["a point off the curve", { key: spki(offCurve) }, "certificate-point"],
  ["an x that is not reduced", { key: spki(oversized) }, "certificate-point"],
  ["a byte after the point", { key: spki(concat(point, hex("00"))) }, "certificate-point"],
  ["a P-521 point called P-384", { key: spki(p521.Point.BASE.toBytes(false)) }, "certificate-point"],
  [
    "an unknown critical extension",
    { extensions: list(constraints(TRUE), CERT_SIGN, extension("1.2.3.4", TRUE, hex("0500"))) },
    "path-critical-extension",
  ],
  [
    "critical name constraints",
    { extensions: list(constraints(TRUE), extension("2.5.29.30", TRUE, hex("3000"))) },
    "path-critical-extension",
  ],
]

function algorithms(id: string): Partial<Parts> {
  const algorithm = der.sequence(der.oid(id))
  return { innerAlgorithm: algorithm, outerAlgorithm: algorithm }
}

function nulled(): Bytes {
  return der.sequence(der.oid("1.2.840.10045.4.3.3"), hex("0500"))
}

describe("readCertificate", () => {
  for (const [title, over] of Object.entries(MALFORMED)) {
    it(`refuses ${title}`, () => expectCode("certificate-malformed", () => readCertificate(at(1)(over))))
  }
  for (const [title, over, code] of JUDGED) {
    it(`refuses ${title}: ${code}`, () => expectCode(code, () => readCertificate(at(1)(over))))
  }

  it("refuses every cut, and throws nothing but its own errors on flipped bits", async () => {
    const made = certificate(2)
    for (let length = 0; length < made.length; length++) {
      await expectCode("certificate-malformed", () => readCertificate(made.slice(0, length)))
    }
    let refused = 0
    for (let bit = 0; bit < made.length * 8; bit++) {
      const flipped = made.slice()
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      try {
        readCertificate(flipped)
      } catch (cause) {
        expect(cause).toMatchObject({ name: "ParleyError" })
        refused++
      }
    }
    // What can be another value and still be a certificate: names, serial, instants, key usage, signature.
    expect(refused / (made.length * 8)).toBeGreaterThan(0.6)
  })
})

describe("readCertificate accepts", () => {
  const serials = ["7f", "0080", `00${"ff".repeat(20)}`, "7f".repeat(20)]
  it("serial numbers of up to 20 bytes", () => {
    for (const serial of serials) {
      const read = readCertificate(certificate(1, { serial: der.tlv(0x02, hex(serial)) }))
      expect(read.serial).toBe(serial.replace(/^00/, ""))
    }
  })

  it("names of the three string types, in any order and number", () => {
    const rdn = (id: string, value: Bytes) => der.set(der.sequence(der.oid(id), value))
    const subject = der.sequence(
      rdn("2.5.4.3", der.utf8String("Zoë, + \u202e")),
      rdn("2.5.4.6", der.tlv(0x13, utf8("US"))),
      rdn("1.2.840.113549.1.9.1", der.tlv(0x16, utf8("a@b"))),
      rdn("1.2.3.4", der.utf8String("#x")),
      der.set(
        der.sequence(der.oid("2.5.4.10"), der.utf8String("A")),
        der.sequence(der.oid("2.5.4.11"), der.utf8String("B")),
      ),
    )
    const { subject: read } = readCertificate(certificate(1, { subject }))
    expect(read.text).toBe("CN=Zoë\\, \\+ \\u{202e}, C=US, E=a@b, 1.2.3.4=\\#x, O=A+OU=B")
    expect(toHex(read.der)).toBe(toHex(subject))
  })

  it("UTCTime of both centuries, and GeneralizedTime from 2050 on", () => {
    const read = (first: Bytes, second: Bytes) => {
      const { notAfter, notBefore } = readCertificate(certificate(1, valid(first, second)))
      return [notBefore.toISOString(), notAfter.toISOString()]
    }
    expect(read(utc("500101000000Z"), utc("491231235959Z"))).toEqual([
      "1950-01-01T00:00:00.000Z",
      "2049-12-31T23:59:59.000Z",
    ])
    expect(read(utc("240229235959Z"), general("20500101000000Z"))).toEqual([
      "2024-02-29T23:59:59.000Z",
      "2050-01-01T00:00:00.000Z",
    ])
  })

  it("extensions that are unknown and not critical, with any content, and none at all", () => {
    const extra = [extension("2.5.29.31", NONE, hex("ffff")), extension("2.5.29.14", NONE, hex("0400"))]
    const read = readCertificate(certificate(1, { extensions: list(constraints(TRUE), CERT_SIGN, ...extra) }))
    expect(read.extensions.map(({ critical, oid }) => `${oid} ${critical}`)).toEqual([
      "2.5.29.19 true",
      "2.5.29.15 true",
      "2.5.29.31 false",
      "2.5.29.14 false",
    ])
    const bare = readCertificate(certificate(LEAF, { extensions: NONE }))
    expect([bare.basicConstraints, bare.keyUsage, bare.extensions.length]).toEqual([null, null, 0])
  })

  it("signature integers of every length, and none out of range", () => {
    const n = hex(p384.Point.Fn.ORDER.toString(16))
    const last = hex((p384.Point.Fn.ORDER - 1n).toString(16))
    const read = (r: Bytes, s: Bytes) =>
      readCertificate(certificate(1, { signature: () => ecdsaSignature(der.unsigned(r), der.unsigned(s)) })).signature
    expect(read(hex("01"), hex("02"))).toEqual(concat(new Uint8Array(47), hex("01"), new Uint8Array(47), hex("02")))
    expect(read(last, last)).toEqual(concat(last, last))
    for (const wrong of [NONE, n, new Uint8Array(48).fill(0xff), new Uint8Array(49).fill(1)]) {
      expect([read(wrong, hex("01")), read(hex("01"), wrong)]).toEqual([null, null])
    }
  })

  it("what it says about roles", () => {
    const usual = readCertificate(certificate(1))
    expect([usual.basicConstraints, usual.keyUsage]).toEqual([{ ca: true, pathLength: 2 }, 0x06])
    const nine = readCertificate(
      certificate(1, { extensions: list(constraints(TRUE, small(255)), usage(bits(7, 0x00, 0x80))) }),
    )
    expect([nine.basicConstraints, nine.keyUsage]).toEqual([{ ca: true, pathLength: 255 }, 0])
    const zero = readCertificate(certificate(1, { extensions: list(constraints(TRUE, small(0))) }))
    expect([zero.basicConstraints, zero.keyUsage]).toEqual([{ ca: true, pathLength: 0 }, null])
  })
})
