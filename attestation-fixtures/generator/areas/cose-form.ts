import type { Bytes } from "../../../shared/bytes.ts"
import { PRODUCTION } from "../bases.ts"
import { area, refuse } from "../case.ts"
import { array, bytes, map, NULL, tagged, text, unsigned } from "../cbor.ts"
import { ecdsaSignature } from "../certificate.ts"
import { keyOf } from "../chain.ts"
import { signatureOf } from "../document.ts"
import { productionEnvelope, productionPayload, withEnvelope } from "../mutate.ts"

const payload = productionPayload()
const leafKey = keyOf("leaf")
const parts = productionEnvelope()
const raw = signatureOf(payload, leafKey)
const [_r, _s] = [raw.slice(0, 48), raw.slice(48)]
const items = [parts.protectedHeader, parts.unprotected, parts.payload, parts.signature] as const

function withSignature(signature: Uint8Array): Bytes {
  return withEnvelope({ signature: bytes(signature) })
}

/** The envelope (RFC 9052 section 4.2). */
export const COSE_FORM = area("cose", PRODUCTION, [
  refuse(
    "cbor-unsupported",
    "tag-18",
    "The document is untagged, as all genuine ones are.",
    "the document has tag 18, COSE_Sign1",
    tagged(18, PRODUCTION.document),
  ),
  refuse(
    "cbor-unsupported",
    "tag-98",
    "The document is not a COSE_Sign.",
    "the document has tag 98, COSE_Sign",
    tagged(98, PRODUCTION.document),
  ),
  refuse(
    "cose-malformed",
    "array-of-three",
    "Three parts are no COSE_Sign1.",
    "the signature is gone",
    array(items.slice(0, 3)),
  ),
  refuse(
    "cose-malformed",
    "array-of-five",
    "Five parts are no COSE_Sign1.",
    "a null follows the signature",
    array([...items, NULL]),
  ),
  refuse("cose-malformed", "array-of-none", "No parts are no COSE_Sign1.", "the array is empty", array([])),
  refuse(
    "cose-malformed",
    "map",
    "A map of the same parts is no COSE_Sign1.",
    "the four parts are the values of a map",
    map(items.map((item, index) => [unsigned(index), item])),
  ),
  refuse(
    "cose-malformed",
    "wrapped",
    "A document inside a byte string is not unwrapped.",
    "the whole document is one byte string",
    bytes(PRODUCTION.document),
  ),
  refuse(
    "cose-malformed",
    "payload-alone",
    "A payload without its envelope is not signed.",
    "the document is the payload's map",
    payload,
  ),
  refuse(
    "cose-malformed",
    "payload-detached",
    "A payload is not looked for elsewhere.",
    "the payload is null",
    withEnvelope({ payload: NULL }),
  ),
  refuse(
    "cose-malformed",
    "payload-unwrapped",
    "The payload is a byte string.",
    "the payload stands in the envelope as a map",
    withEnvelope({ payload }),
  ),
  refuse(
    "cose-malformed",
    "payload-text",
    "The payload is not text.",
    "the payload is text",
    withEnvelope({ payload: text("payload") }),
  ),
  refuse(
    "cose-malformed",
    "parts-swapped",
    "The parts have an order.",
    "payload and signature are exchanged",
    array([items[0], items[1], items[3], items[2]]),
  ),
  refuse(
    "cose-malformed",
    "signature-null",
    "A signature is not left out.",
    "the signature is null",
    withEnvelope({ signature: NULL }),
  ),
  ...[0, 48, 95, 97, 132].map((length) =>
    refuse(
      "cose-malformed",
      `signature-of-${length}`,
      `A signature of ${length} bytes is not one of ES384.`,
      `the signature has ${length} bytes`,
      withSignature(Uint8Array.from({ length }, (_, index) => raw[index % 96] ?? 0)),
    ),
  ),
  refuse(
    "cose-malformed",
    "signature-der",
    "COSE signatures are r and s, not DER.",
    "the signature is the DER form of the same r and s",
    withSignature(ecdsaSignature(raw)),
  ),
])
