import { concat } from "../../../shared/bytes.ts"
import { PRODUCTION } from "../bases.ts"
import { area, refuse } from "../case.ts"
import { array, BREAK, bytes, head, map, openMap, text, unsigned } from "../cbor.ts"
import { makeChain } from "../chain.ts"
import { entriesOf, envelope, sessionFields, signPayload } from "../document.ts"
import { productionEnvelope, productionPayload, withEntries, withField } from "../mutate.ts"

const entries = entriesOf(sessionFields())
const flat = concat(...entries.flat())
const whole = PRODUCTION.document
const certificates = makeChain().cabundle.map((certificate) => bytes(certificate))

/** One spelling for each document: shortest forms, no key twice, nothing behind it. */
export const CBOR_ONE_SPELLING = area("cbor", PRODUCTION, [
  ...["module_id", "pcrs", "certificate", "nonce"].map((field) =>
    refuse(
      "cbor-duplicate-key",
      `duplicate-${field.replace("_", "-")}`,
      `${field} twice could be read as either.`,
      `the pair of ${field} stands in the payload twice`,
      withEntries(...entries.filter(([key]) => key.toString() === text(field).toString())),
    ),
  ),
  refuse(
    "cbor-duplicate-key",
    "duplicate-nonce-other-value",
    "A second nonce cannot take the place of the first.",
    "the payload ends with a second nonce, of zeros",
    withEntries([text("nonce"), bytes(new Uint8Array(32))]),
  ),
  refuse(
    "cbor-duplicate-key",
    "duplicate-in-indefinite-map",
    "Indefinite maps have no key twice either.",
    "the payload's map is indefinite and has digest twice",
    signPayload(concat(openMap([...entries, [text("digest"), text("SHA384")]]), BREAK)),
  ),
  refuse(
    "cbor-duplicate-key",
    "duplicate-register",
    "A register twice could be read as either.",
    "pcrs has index 0 twice, with two values",
    withField(
      "pcrs",
      map([0x10, 0x11, 0x12, 0x99].map((byte, index) => [unsigned(index % 3), bytes(new Uint8Array(48).fill(byte))])),
    ),
  ),
  refuse(
    "cbor-trailing-bytes",
    "trailing-zero",
    "A byte after the document refuses it.",
    "the byte 00 follows the document",
    concat(whole, Uint8Array.of(0)),
  ),
  refuse(
    "cbor-trailing-bytes",
    "trailing-document",
    "A second document after the first refuses both.",
    "the document stands twice, one after the other",
    concat(whole, whole),
  ),
  refuse(
    "cbor-trailing-bytes",
    "trailing-break",
    "A break after a definite array belongs to nothing.",
    "the byte ff follows the document",
    concat(whole, BREAK),
  ),
  refuse(
    "cbor-trailing-bytes",
    "trailing-in-payload",
    "A byte after the payload's map refuses it, though it is signed.",
    "the payload ends with a null after its map",
    signPayload(concat(productionPayload(), Uint8Array.of(0xf6))),
  ),
  refuse(
    "cbor-trailing-bytes",
    "map-one-over",
    "A map that has a pair more than it declares leaves bytes behind.",
    "the payload's map declares eight pairs and has nine",
    signPayload(concat(head(5, 8), flat)),
  ),
  refuse(
    "cbor-non-minimal",
    "long-map-count",
    "A map's count has its shortest form.",
    "the payload's map writes 9 in two bytes",
    signPayload(map(entries, 2)),
  ),
  refuse(
    "cbor-non-minimal",
    "long-array-count",
    "An array's count has its shortest form.",
    "cabundle writes 4 in one byte of its own",
    withField("cabundle", array(certificates, 1)),
  ),
  refuse(
    "cbor-non-minimal",
    "long-bytes-length",
    "A byte string's length has its shortest form.",
    "the nonce writes 32 in two bytes",
    withField("nonce", bytes(new Uint8Array(32).fill(0xa5), 2)),
  ),
  refuse(
    "cbor-non-minimal",
    "long-text-length",
    "A text's length has its shortest form.",
    "digest writes 6 in one byte of its own",
    withField("digest", text("SHA384", 1)),
  ),
  refuse(
    "cbor-non-minimal",
    "long-key",
    "A key has one spelling.",
    "the key nonce writes its length in one byte of its own",
    signPayload(map(entries.map(([key, value], index) => [index === 8 ? text("nonce", 1) : key, value]))),
  ),
  refuse(
    "cbor-non-minimal",
    "long-register-index",
    "A register's index has its shortest form.",
    "pcrs writes index 0 as 18 00",
    withField("pcrs", map([[unsigned(0, 1), bytes(new Uint8Array(48).fill(0x10))]])),
  ),
  refuse(
    "cbor-non-minimal",
    "long-integer",
    "An integer of eight bytes needs more than four.",
    "timestamp is 1 in eight bytes",
    withField("timestamp", unsigned(1, 8)),
  ),
  refuse(
    "cbor-non-minimal",
    "long-negative",
    "A negative integer has its shortest form too.",
    "timestamp is -1 as 38 00",
    withField("timestamp", head(1, 0, 1)),
  ),
  refuse(
    "cbor-non-minimal",
    "long-payload-length",
    "The payload's own length has its shortest form, though no signature covers it.",
    "the length of the payload is written in four bytes",
    envelope({ ...productionEnvelope(), payload: bytes(productionPayload(), 4) }),
  ),
])
