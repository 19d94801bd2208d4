import { type Bytes, concat, utf8 } from "../../shared/bytes.ts"
import type { ErrorCode } from "../../shared/errors/index.ts"
import { readDocument } from "./attestation/reading.ts"
import { placePath, signCertificate, signedEnvelope } from "./attestation/reissue.ts"
import { liveBase } from "./attestation/sessions.ts"
import {
  array,
  byteString,
  type Item,
  made,
  map,
  readCbor,
  text,
  unsigned,
  valueOfKey,
  writeCbor,
} from "./cbor-tree.ts"
import { constructed, elementAt, primitive, readDer, type Tlv } from "./der-tree.ts"

/** What the budget speaks of. */
export const SIZE = 64 * 1024
export const base = liveBase()
const keys = base.keys ?? []
const filled = (byte: number) => new Uint8Array(SIZE).fill(byte)
export const many = <T>(count: number, one: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => one(i))

/** The payload of a document, damaged and signed again, so that it is looked at. */
function withPayload(damage: (payload: Item) => void): Bytes {
  const payload = readCbor(readDocument(base.bytes).payload)
  damage(payload)
  const leaf = keys.at(-1)
  if (leaf === undefined) throw new Error("no leaf")
  return writeCbor(signedEnvelope(writeCbor(payload), leaf))
}

/** The leaf's certificate, damaged and signed again. */
function withLeaf(damage: (body: Tlv) => void): Bytes {
  const { chain } = readDocument(base.bytes)
  const certificate = readDer(chain.at(-1) ?? new Uint8Array())
  damage(elementAt(certificate, 0))
  const issuer = keys.at(-2)
  if (issuer === undefined) throw new Error("no issuer")
  return withPayload((payload) => placePath(payload, [...chain.slice(0, -1), signCertificate(certificate, issuer)]))
}

const extension = (i: number) =>
  constructed(0x30, primitive(0x06, Uint8Array.of(0x55, 0x1d, 0x26 + i)), primitive(0x04, new Uint8Array()))

/** Documents of up to 64 KB that are made to cost a reader more than they cost their maker. */
export const DOCUMENTS: Readonly<Record<string, Bytes>> = {
  "arrays in arrays": filled(0x81),
  "arrays in arrays without an end": filled(0x9f),
  "maps in maps": filled(0xbf),
  "tags on tags": filled(0xc6),
  "a count of 2^32": concat(Uint8Array.of(0x9a, 0xff, 0xff, 0xff, 0xff), filled(0x00).subarray(5)),
  "a length of 2^63": concat(Uint8Array.of(0x5b, 0x7f, ...new Uint8Array(7).fill(0xff)), filled(0x00).subarray(9)),
  "an array of 64 K nothings": writeCbor(array(many(SIZE - 5, () => made(7, 22n)))),
  "a map of 10 000 keys": writeCbor(map(many(10_000, (i) => [unsigned(70_000 + i), made(7, 22n)]).flat())).subarray(
    0,
    SIZE,
  ),
  "a map of 9 000 texts": writeCbor(map(many(9000, (i) => [text(`k${i}`), made(7, 22n)]).flat())).subarray(0, SIZE),
  "a payload of 10 000 unknown fields": withPayload((payload) => {
    Object.assign(payload, map([...payload.children, ...many(10_000, (i) => [unsigned(i), made(7, 22n)]).flat()]))
  }),
  "10 000 registers": withPayload((payload) => {
    Object.assign(
      valueOfKey(payload, "pcrs") ?? {},
      map(many(10_000, (i) => [unsigned(i), byteString(Uint8Array.of(1))]).flat()),
    )
  }),
  "20 000 certificates of one byte": withPayload((payload) => {
    Object.assign(valueOfKey(payload, "cabundle") ?? {}, array(many(20_000, () => byteString(Uint8Array.of(0x30)))))
  }),
  "a module_id of 50 000 letters": withPayload((payload) => {
    Object.assign(valueOfKey(payload, "module_id") ?? {}, text("i".repeat(50_000)))
  }),
  "six certificates of 2 KB of SEQUENCEs": withPayload((payload) => {
    const nested = Uint8Array.from(many(2048, (i) => (i % 2 === 0 ? 0x30 : 0x80)))
    const bundle = valueOfKey(payload, "cabundle")
    Object.assign(bundle ?? {}, array([...(bundle?.children ?? []).slice(0, 1), ...many(6, () => byteString(nested))]))
  }),
  "a leaf of 90 extensions": withLeaf((body) => {
    elementAt(body, 7, 0).elements?.push(...many(90, extension))
  }),
  "a leaf whose name has 100 parts": withLeaf((body) => {
    const part = () =>
      constructed(0x31, constructed(0x30, primitive(0x06, Uint8Array.of(0x55, 4, 3)), primitive(0x0c, utf8("x"))))
    elementAt(body, 5).elements = many(100, part)
  }),
  "a leaf with an OID of 1 000 bytes": withLeaf((body) => {
    elementAt(body, 7, 0).elements?.push(
      constructed(
        0x30,
        primitive(0x06, new Uint8Array(1000).fill(0xff).with(999, 1)),
        primitive(0x04, new Uint8Array()),
      ),
    )
  }),
}

export const JSON_TEXTS: Readonly<Record<string, Bytes>> = {
  "arrays in arrays": filled(0x5b),
  "6 000 members": utf8(`{${many(6000, (i) => `"${i}":0`).join(",")}}`),
  "a long string of escapes": utf8(`"${"\\u0041".repeat(10_000)}"`),
  "a number of 60 000 digits": utf8("1".repeat(60_000)),
  "quotes that do not end": filled(0x22),
}

/** What each ends with; null is accepted, at its price. */
export const OUTCOMES: Readonly<Record<string, ErrorCode | null>> = {
  "arrays in arrays": "cbor-too-deep",
  "arrays in arrays without an end": "cbor-too-deep",
  "maps in maps": "cbor-too-deep",
  "tags on tags": "cbor-unsupported",
  "a count of 2^32": "cbor-malformed",
  "a length of 2^63": "cbor-malformed",
  "an array of 64 K nothings": "cose-malformed",
  "a map of 10 000 keys": "cose-malformed",
  "a map of 9 000 texts": "cose-malformed",
  "a payload of 10 000 unknown fields": "document-field-invalid",
  "10 000 registers": "document-field-invalid",
  "20 000 certificates of one byte": "document-field-invalid",
  "a module_id of 50 000 letters": "document-field-invalid",
  "six certificates of 2 KB of SEQUENCEs": "certificate-malformed",
  "a leaf of 90 extensions": null,
  "a leaf whose name has 100 parts": null,
  "a leaf with an OID of 1 000 bytes": "certificate-malformed",
}
