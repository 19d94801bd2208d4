import { concat } from "../../../shared/bytes.ts"
import { PRODUCTION } from "../bases.ts"
import { area, refuse } from "../case.ts"
import { array, BREAK, bytes, head, initial, openArray, openMap, text } from "../cbor.ts"
import { makeChain } from "../chain.ts"
import { entriesOf, sessionFields, signPayload } from "../document.ts"
import { productionPayload, withField } from "../mutate.ts"

const entries = entriesOf(sessionFields())
const flat = concat(...entries.flat())
const whole = PRODUCTION.document
const certificates = makeChain().cabundle.map((certificate) => bytes(certificate))

/** Well-formedness (RFC 8949 section 3 and appendix F). */
export const CBOR_FORM = area("cbor", PRODUCTION, [
  refuse(
    "cbor-malformed",
    "reserved-28-map",
    "Additional information 28 is reserved.",
    "the payload's map opens with additional information 28",
    signPayload(concat(initial(5, 28), flat)),
  ),
  refuse(
    "cbor-malformed",
    "reserved-29-map",
    "Additional information 29 is reserved.",
    "the payload's map opens with additional information 29",
    signPayload(concat(initial(5, 29), flat)),
  ),
  refuse(
    "cbor-malformed",
    "reserved-30-map",
    "Additional information 30 is reserved.",
    "the payload's map opens with additional information 30",
    signPayload(concat(initial(5, 30), flat)),
  ),
  refuse(
    "cbor-malformed",
    "reserved-28-array",
    "Additional information 28 is reserved in arrays too.",
    "cabundle opens with additional information 28",
    withField("cabundle", concat(initial(4, 28), ...certificates)),
  ),
  refuse(
    "cbor-malformed",
    "reserved-29-bytes",
    "Additional information 29 is reserved in byte strings too.",
    "user_data opens with additional information 29",
    withField("user_data", initial(2, 29)),
  ),
  refuse(
    "cbor-malformed",
    "reserved-30-text",
    "Additional information 30 is reserved in text too.",
    "module_id opens with additional information 30",
    withField("module_id", initial(3, 30)),
  ),
  refuse(
    "cbor-malformed",
    "reserved-28-integer",
    "Additional information 28 is reserved in integers too.",
    "timestamp is the initial byte 1c",
    withField("timestamp", initial(0, 28)),
  ),
  refuse(
    "cbor-malformed",
    "reserved-29-simple",
    "Additional information 29 is reserved in simple values too.",
    "public_key is the initial byte fd",
    withField("public_key", initial(7, 29)),
  ),
  refuse(
    "cbor-malformed",
    "simple-below-32",
    "A simple value below 32 has no second byte.",
    "public_key is f8 16, a second spelling of null",
    withField("public_key", Uint8Array.of(0xf8, 0x16)),
  ),
  refuse(
    "cbor-malformed",
    "indefinite-integer",
    "An integer cannot be indefinite.",
    "timestamp is the initial byte 1f",
    withField("timestamp", initial(0, 31)),
  ),
  refuse(
    "cbor-malformed",
    "map-without-break",
    "An indefinite map ends with a break.",
    "the payload's map is indefinite and its break is missing",
    signPayload(openMap(entries)),
  ),
  refuse(
    "cbor-malformed",
    "map-with-odd-items",
    "A key without a value is no pair.",
    "the payload's map is indefinite and the break stands where a value is due",
    signPayload(concat(openMap(entries), text("extra"), BREAK)),
  ),
  refuse(
    "cbor-malformed",
    "array-without-break",
    "An indefinite array ends with a break.",
    "cabundle is indefinite and its break is missing",
    withField("cabundle", openArray(certificates)),
  ),
  refuse(
    "cbor-malformed",
    "break-in-definite-array",
    "A break cannot stand in for an item.",
    "cabundle declares one item more, and that is a break",
    withField("cabundle", array([...certificates, BREAK])),
  ),
  refuse(
    "cbor-malformed",
    "break-as-value",
    "A break cannot stand in for a value.",
    "nonce is a break, in a definite map",
    withField("nonce", BREAK),
  ),
  refuse("cbor-malformed", "break-alone", "A break alone is no item.", "the document is the byte ff", BREAK),
  refuse("cbor-malformed", "empty", "No bytes are no document.", "the document is empty", new Uint8Array()),
  refuse(
    "cbor-malformed",
    "cut-after-first-byte",
    "A document cut after its first byte is malformed.",
    "everything after 84 is gone",
    whole.slice(0, 1),
  ),
  refuse(
    "cbor-malformed",
    "cut-in-header",
    "A document cut within the protected header is malformed.",
    "everything after the fourth byte is gone",
    whole.slice(0, 4),
  ),
  refuse(
    "cbor-malformed",
    "cut-in-length",
    "A document cut within the payload's length is malformed.",
    "everything after the first byte of the length is gone",
    whole.slice(0, 9),
  ),
  refuse(
    "cbor-malformed",
    "cut-in-payload",
    "A document cut within the payload is malformed.",
    "everything after 2000 bytes is gone",
    whole.slice(0, 2000),
  ),
  refuse(
    "cbor-malformed",
    "cut-before-signature",
    "A document without its signature is malformed.",
    "the last 98 bytes are gone",
    whole.slice(0, -98),
  ),
  refuse(
    "cbor-malformed",
    "cut-last-byte",
    "A document without its last byte is malformed.",
    "the last byte is gone",
    whole.slice(0, -1),
  ),
  refuse(
    "cbor-malformed",
    "payload-empty",
    "An empty payload holds no item.",
    "the payload is a byte string of length 0",
    signPayload(new Uint8Array()),
  ),
  refuse(
    "cbor-malformed",
    "payload-cut",
    "A payload without its last byte is malformed, whatever its signature says.",
    "the payload lacks its last byte and is signed like that",
    signPayload(productionPayload().slice(0, -1)),
  ),
  refuse(
    "cbor-malformed",
    "map-one-short",
    "A map that declares a pair more than it has is malformed.",
    "the payload's map declares ten pairs and has nine",
    signPayload(concat(head(5, 10), flat)),
  ),
])
