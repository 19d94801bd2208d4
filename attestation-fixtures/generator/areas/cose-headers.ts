import { type Bytes, concat } from "../../../shared/bytes.ts"
import { PRODUCTION } from "../bases.ts"
import { area, refuse } from "../case.ts"
import { array, bytes, map, NULL, negative, openMap, text, unsigned } from "../cbor.ts"
import { keyOf } from "../chain.ts"
import { ES384, envelope, signatureOf, signed } from "../document.ts"
import { productionPayload, withEnvelope } from "../mutate.ts"

const payload = productionPayload()
const leafKey = keyOf("leaf")
const raw = signatureOf(payload, leafKey)
const [_r, _s] = [raw.slice(0, 48), raw.slice(48)]
const algorithm = (item: Uint8Array) => map([[unsigned(1), item]])

/** A document whose protected header is another one, signed as such. */
function underHeader(header: Uint8Array): Bytes {
  return envelope(signed(payload, leafKey, header))
}

/** Both headers (RFC 9052 section 3). */
export const COSE_HEADERS = area("cose", PRODUCTION, [
  ...(
    [
      ["es256", negative(-7), "ES256"],
      ["es512", negative(-36), "ES512"],
      ["eddsa", negative(-8), "EdDSA"],
      ["rs384", negative(-258), "RS384"],
      ["hmac", unsigned(6), "HMAC with SHA-384"],
      ["text", text("ES384"), "the text ES384"],
      ["null", NULL, "null"],
      ["positive", unsigned(34), "34, which is -35 with the sign lost"],
    ] as const
  ).map(([name, item, what]) =>
    refuse(
      "cose-algorithm",
      `algorithm-${name}`,
      `The algorithm is ES384, not ${what}.`,
      `the protected header says ${what}, and the signature covers it`,
      underHeader(algorithm(item)),
    ),
  ),
  refuse(
    "cose-algorithm",
    "header-empty-map",
    "The algorithm is not a default.",
    "the protected header is an empty map",
    underHeader(map([])),
  ),
  refuse(
    "cose-algorithm",
    "header-zero-length",
    "An empty protected header names no algorithm.",
    "the protected header is a byte string of length 0",
    underHeader(new Uint8Array()),
  ),
  refuse(
    "cose-algorithm",
    "algorithm-unprotected-alone",
    "The algorithm is one that the signature covers.",
    "ES384 stands in the unprotected header, and the protected one is an empty map",
    envelope({ ...signed(payload, leafKey, map([])), unprotected: algorithm(negative(-35)) }),
  ),
  refuse(
    "cose-algorithm",
    "header-indefinite",
    "The protected header has one spelling.",
    "the protected header's map is indefinite",
    underHeader(concat(openMap([[unsigned(1), negative(-35)]]), Uint8Array.of(0xff))),
  ),
  refuse(
    "cose-algorithm",
    "header-with-kid",
    "The protected header says nothing else.",
    "the protected header has a key identifier too",
    underHeader(
      map([
        [unsigned(1), negative(-35)],
        [unsigned(4), bytes(new Uint8Array(4))],
      ]),
    ),
  ),
  refuse(
    "cose-algorithm",
    "header-with-crit",
    "Critical headers are not understood.",
    "the protected header marks a label of its own as critical",
    underHeader(
      map([
        [unsigned(1), negative(-35)],
        [unsigned(2), array([unsigned(99)])],
        [unsigned(99), NULL],
      ]),
    ),
  ),
  refuse(
    "cose-malformed",
    "header-array",
    "The protected header is a map.",
    "the protected header is an array of label and algorithm",
    underHeader(array([unsigned(1), negative(-35)])),
  ),
  refuse(
    "cose-malformed",
    "header-trailing",
    "Nothing follows the protected header's map.",
    "the protected header has a byte 00 after its map",
    underHeader(concat(ES384, new Uint8Array(1))),
  ),
  refuse(
    "cose-malformed",
    "header-cut",
    "A protected header that ends too early is malformed.",
    "the protected header lacks its last byte",
    underHeader(ES384.slice(0, 3)),
  ),
  refuse(
    "cose-malformed",
    "header-unwrapped",
    "The protected header is a byte string.",
    "the protected header stands in the envelope as a map",
    withEnvelope({ protectedHeader: ES384 }),
  ),
  refuse(
    "cose-unprotected-header",
    "unprotected-algorithm",
    "No signature covers the unprotected header, so it says nothing.",
    "the unprotected header names ES384 too",
    withEnvelope({ unprotected: algorithm(negative(-35)) }),
  ),
  refuse(
    "cose-unprotected-header",
    "unprotected-other-algorithm",
    "The unprotected header cannot name another algorithm.",
    "the unprotected header names ES256",
    withEnvelope({ unprotected: algorithm(negative(-7)) }),
  ),
  refuse(
    "cose-unprotected-header",
    "unprotected-kid",
    "The unprotected header cannot name a key.",
    "the unprotected header has a key identifier",
    withEnvelope({ unprotected: map([[unsigned(4), bytes(new Uint8Array(4))]]) }),
  ),
  refuse(
    "cose-unprotected-header",
    "unprotected-chain",
    "The unprotected header cannot bring certificates.",
    "the unprotected header has an x5chain",
    withEnvelope({ unprotected: map([[unsigned(33), bytes(new Uint8Array(16))]]) }),
  ),
  refuse(
    "cose-malformed",
    "unprotected-null",
    "The unprotected header is a map.",
    "the unprotected header is null",
    withEnvelope({ unprotected: NULL }),
  ),
  refuse(
    "cose-malformed",
    "unprotected-bytes",
    "The unprotected header is not wrapped.",
    "the unprotected header is a byte string that holds an empty map",
    withEnvelope({ unprotected: bytes(map([])) }),
  ),
])
