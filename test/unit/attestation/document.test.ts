import { describe, expect, it } from "vitest"
import { decodeUnverified } from "../../../shared/attestation/document.ts"
import { type Bytes, concat, fromHex } from "../../../shared/bytes.ts"
import { encodeCbor } from "../../../shared/cbor/encode.ts"
import type { CborKey, CborValue } from "../../../shared/cbor/value.ts"
import { decodeSign1, encodeSign1 } from "../../../shared/cose/sign1.ts"
import type { AttestationCode } from "../../../shared/errors/attestation.ts"
import { expectCode } from "../../support/rejects.ts"
import { AT, chainWith, documentOf } from "./chain-builder.ts"

const chain = chainWith(0)
const zeros = (length: number): Bytes => new Uint8Array(length)
const registers = (...entries: readonly (readonly [CborKey, CborValue])[]) => new Map<CborKey, CborValue>(entries)
const good = zeros(48)
const many = (count: number) => registers(...[...Array(count).keys()].map((index) => [index, good] as const))

const FIELDS: readonly (readonly [string, Readonly<Record<string, CborValue | undefined>>, AttestationCode])[] = [
  ...["module_id", "digest", "timestamp", "pcrs", "certificate", "cabundle"].map(
    (field) => [`no ${field}`, { [field]: undefined }, "document-field-missing"] as const,
  ),
  ["an unknown field", { extra: null }, "document-field-invalid"],
  ["an empty module_id", { module_id: "" }, "document-field-invalid"],
  ["a module_id of 129 characters", { module_id: "i".repeat(129) }, "document-field-invalid"],
  ["a module_id with a line break", { module_id: "i-0\n" }, "document-field-invalid"],
  ["a module_id of bytes", { module_id: zeros(3) }, "document-field-invalid"],
  ["another digest", { digest: "SHA256" }, "document-field-invalid"],
  ["a digest in lower case", { digest: "sha384" }, "document-field-invalid"],
  ["a digest of null", { digest: null }, "document-field-invalid"],
  ["timestamp 0", { timestamp: 0 }, "document-field-invalid"],
  ["a negative timestamp", { timestamp: -1 }, "document-field-invalid"],
  ["a timestamp beyond every date", { timestamp: 8.64e15 }, "document-field-invalid"],
  ["a timestamp of text", { timestamp: "1" }, "document-field-invalid"],
  ["no registers", { pcrs: registers() }, "document-field-invalid"],
  ["33 registers", { pcrs: many(33) }, "document-field-invalid"],
  ["register 32", { pcrs: registers([32, good]) }, "document-field-invalid"],
  ["register -1", { pcrs: registers([-1, good]) }, "document-field-invalid"],
  ["a register of text", { pcrs: registers(["0", good]) }, "document-field-invalid"],
  ["a register of 47 bytes", { pcrs: registers([0, zeros(47)]) }, "document-field-invalid"],
  ["a register of 64 bytes", { pcrs: registers([0, zeros(64)]) }, "document-field-invalid"],
  ["a register of null", { pcrs: registers([0, null]) }, "document-field-invalid"],
  ["registers in an array", { pcrs: [good] }, "document-field-invalid"],
  ["an empty certificate", { certificate: zeros(0) }, "document-field-invalid"],
  ["a certificate of 2049 bytes", { certificate: zeros(2049) }, "document-field-invalid"],
  ["a certificate of null", { certificate: null }, "document-field-invalid"],
  ["an empty cabundle", { cabundle: [] }, "document-field-invalid"],
  ["a cabundle of null", { cabundle: null }, "document-field-invalid"],
  ["a cabundle of 17", { cabundle: Array.from({ length: 17 }, () => zeros(1)) }, "document-field-invalid"],
  ["a cabundle of 1000", { cabundle: Array.from({ length: 1000 }, () => zeros(1)) }, "document-field-invalid"],
  ["a cabundle with an empty entry", { cabundle: [zeros(0)] }, "document-field-invalid"],
  ["a cabundle with text", { cabundle: ["x"] }, "document-field-invalid"],
  ...["public_key", "user_data", "nonce"].flatMap(
    (field) =>
      [
        [`${field} of 1025 bytes`, { [field]: zeros(1025) }, "document-field-invalid"],
        [`${field} of text`, { [field]: "x" }, "document-field-invalid"],
        [`${field} of false`, { [field]: false }, "document-field-invalid"],
      ] as const,
  ),
]

describe("document syntax", () => {
  for (const [title, over, code] of FIELDS) {
    it(`refuses ${title}: ${code}`, () => expectCode(code, () => decodeUnverified(documentOf(chain, over))))
  }

  it("accepts optional fields absent, null, empty and of 1024 bytes, and keeps them apart", () => {
    for (const field of ["public_key", "user_data", "nonce"] as const) {
      const read = (value: CborValue | undefined) => {
        const { nonce, publicKey, userData } = decodeUnverified(documentOf(chain, { [field]: value }))
        return { nonce, public_key: publicKey, user_data: userData }[field]
      }
      expect([read(undefined), read(null), read(zeros(0))?.length, read(zeros(1024))?.length]).toEqual([
        null,
        null,
        0,
        1024,
      ])
    }
  })

  it("accepts 1 to 32 registers", () => {
    for (const count of [1, 16, 17, 32]) {
      expect(decodeUnverified(documentOf(chain, { pcrs: many(count) })).pcrs.size).toBe(count)
    }
    expect(decodeUnverified(documentOf(chain, { timestamp: 1 })).timestamp).toBe(1)
  })

  it("refuses a payload that is no map", async () => {
    for (const payload of [encodeCbor([]), encodeCbor("x"), encodeCbor(null)]) {
      await expectCode("document-field-invalid", () => decodeUnverified(withPayload(payload)))
    }
    await expectCode("cbor-malformed", () => decodeUnverified(withPayload(zeros(0).slice())))
  })
})

const usual = documentOf(chain)
const parts = decodeSign1(usual)
const withPayload = (payload: Bytes) => encodeSign1({ ...parts, payload })
const withHeader = (protectedHeader: Bytes) => encodeSign1({ ...parts, protectedHeader })
const envelope = (...items: readonly CborValue[]) => encodeCbor(items)
const { payload, protectedHeader, signature } = parts
const none = new Map<CborKey, CborValue>()
const es384 = fromHex("3822")

const ENVELOPES: readonly (readonly [string, Bytes, AttestationCode])[] = [
  ["an array of three", envelope(protectedHeader, none, payload), "cose-malformed"],
  ["an array of five", envelope(protectedHeader, none, payload, signature, null), "cose-malformed"],
  ["a map", encodeCbor(none), "cose-malformed"],
  ["tag 18", concat(fromHex("d2"), usual), "cbor-unsupported"],
  ["a detached payload", envelope(protectedHeader, none, null, signature), "cose-malformed"],
  ["a payload of text", envelope(protectedHeader, none, "x", signature), "cose-malformed"],
  ["a header that is a map", envelope(new Map([[1, -35]]), none, payload, signature), "cose-malformed"],
  ["a signature of 95 bytes", envelope(protectedHeader, none, payload, signature.slice(1)), "cose-malformed"],
  ["a signature of 97 bytes", envelope(protectedHeader, none, payload, concat(signature, zeros(1))), "cose-malformed"],
  ["no signature", envelope(protectedHeader, none, payload, zeros(0)), "cose-malformed"],
  ["an unprotected header of null", envelope(protectedHeader, null, payload, signature), "cose-malformed"],
  [
    "an unprotected algorithm",
    envelope(protectedHeader, new Map([[1, -35]]), payload, signature),
    "cose-unprotected-header",
  ],
  [
    "an unprotected key id",
    envelope(protectedHeader, new Map([[4, zeros(1)]]), payload, signature),
    "cose-unprotected-header",
  ],
  ["ES256", withHeader(fromHex("a10126")), "cose-algorithm"],
  ["ES512", withHeader(fromHex("a1013823")), "cose-algorithm"],
  ["no algorithm", withHeader(fromHex("a0")), "cose-algorithm"],
  ["an empty header", withHeader(zeros(0)), "cose-algorithm"],
  ["an algorithm and a key id", withHeader(concat(fromHex("a201"), es384, fromHex("0440"))), "cose-algorithm"],
  ["ES384 in a map of indefinite length", withHeader(concat(fromHex("bf01"), es384, fromHex("ff"))), "cose-algorithm"],
  ["the name of the algorithm", withHeader(concat(fromHex("a101"), encodeCbor("ES384"))), "cose-algorithm"],
  ["ES384 in a longer form", withHeader(fromHex("a101390022")), "cose-malformed"],
  ["a header that is an array", withHeader(fromHex("813822")), "cose-malformed"],
  ["a header with a byte after it", withHeader(concat(protectedHeader, zeros(1))), "cose-malformed"],
  ["a byte after the document", concat(usual, zeros(1)), "cbor-trailing-bytes"],
  ["a byte after the payload", withPayload(concat(payload, zeros(1))), "cbor-trailing-bytes"],
]

describe("the envelope", () => {
  for (const [title, bytes, code] of ENVELOPES) {
    it(`refuses ${title}: ${code}`, () => expectCode(code, () => decodeUnverified(bytes)))
  }

  it("is not decoded above 64 KiB, whatever follows", async () => {
    const tail = zeros(64 * 1024 - usual.length)
    await expectCode("cbor-trailing-bytes", () => decodeUnverified(concat(usual, tail)))
    await expectCode("document-too-large", () => decodeUnverified(concat(usual, tail, zeros(1))))
    await expectCode("document-too-large", () => decodeUnverified(new Uint8Array(64 * 1024 + 1).fill(0xff)))
  })

  it("accepts arrays and maps of indefinite length, as documents since December 2025 have them", () => {
    const [, ...entries] = payload
    const open = concat(fromHex("bf"), Uint8Array.from(entries), fromHex("ff"))
    expect(decodeUnverified(withPayload(open)).timestamp).toBe(AT.getTime())
    const [, ...items] = usual
    expect(decodeUnverified(concat(fromHex("9f"), Uint8Array.from(items), fromHex("ff"))).digest).toBe("SHA384")
  })
})
