import { concat } from "../../../shared/bytes.ts"
import { PRODUCTION } from "../bases.ts"
import { area, refuse } from "../case.ts"
import { array, BREAK, bytes, head, initial, map, text, unsigned } from "../cbor.ts"
import { entriesOf, sessionFields, signPayload } from "../document.ts"
import { productionPayload, withEntries, withField } from "../mutate.ts"

const entries = entriesOf(sessionFields())

/** Items that CBOR knows and this profile does not. */
export const CBOR_PROFILE = area("cbor", PRODUCTION, [
  refuse(
    "cbor-unsupported",
    "null-key",
    "A key is an integer or text.",
    "the payload has a pair more, with the key null",
    withEntries([Uint8Array.of(0xf6), unsigned(0)]),
  ),
  refuse(
    "cbor-unsupported",
    "bytes-key",
    "Bytes that spell a field's name are not that name.",
    "the key nonce is a byte string",
    signPayload(map(entries.map(([key, value], index) => [index === 8 ? bytes(key.slice(1)) : key, value]))),
  ),
  refuse(
    "cbor-unsupported",
    "array-key",
    "An array is no key.",
    "the payload has a pair more, with an empty array as key",
    withEntries([array([]), unsigned(0)]),
  ),
  refuse(
    "cbor-unsupported",
    "map-key",
    "A map is no key.",
    "the payload has a pair more, with an empty map as key",
    withEntries([map([]), unsigned(0)]),
  ),
  refuse(
    "cbor-unsupported",
    "boolean-key",
    "A boolean is no key.",
    "the payload has a pair more, with the key true",
    withEntries([Uint8Array.of(0xf5), unsigned(0)]),
  ),
  refuse(
    "cbor-unsupported",
    "tagged-field",
    "A tag changes what an item means, so none is read.",
    "timestamp has tag 1, epoch time",
    withField("timestamp", concat(head(6, 1), unsigned(1_772_366_490))),
  ),
  refuse(
    "cbor-unsupported",
    "bignum",
    "A bignum is a tag.",
    "timestamp is a bignum of eight bytes",
    withField("timestamp", concat(head(6, 2), bytes(new Uint8Array(8).fill(1)))),
  ),
  refuse(
    "cbor-unsupported",
    "self-described-payload",
    "The tag that only says CBOR is a tag.",
    "the payload begins with tag 55799",
    signPayload(concat(head(6, 55_799), productionPayload())),
  ),
  refuse(
    "cbor-unsupported",
    "half-float",
    "A half-precision float is no timestamp.",
    "timestamp is the float 1.0 in two bytes",
    withField("timestamp", Uint8Array.of(0xf9, 0x3c, 0x00)),
  ),
  refuse(
    "cbor-unsupported",
    "single-float",
    "A single-precision float is no timestamp.",
    "timestamp is a float in four bytes",
    withField("timestamp", Uint8Array.of(0xfa, 0x47, 0xc3, 0x50, 0x00)),
  ),
  refuse(
    "cbor-unsupported",
    "double-float",
    "A float that equals the timestamp is no timestamp.",
    "timestamp is the same number as a float in eight bytes",
    withField("timestamp", doubleFloat(1_772_366_490_500)),
  ),
  refuse(
    "cbor-unsupported",
    "undefined",
    "Undefined is not null.",
    "public_key is undefined",
    withField("public_key", Uint8Array.of(0xf7)),
  ),
  refuse(
    "cbor-unsupported",
    "simple-255",
    "Unassigned simple values mean nothing.",
    "public_key is simple value 255",
    withField("public_key", Uint8Array.of(0xf8, 0xff)),
  ),
  refuse(
    "cbor-unsupported",
    "indefinite-bytes",
    "A byte string in chunks has many spellings.",
    "the nonce comes in two chunks of 16 bytes",
    withField("nonce", concat(initial(2, 31), chunk(16), chunk(16), BREAK)),
  ),
  refuse(
    "cbor-unsupported",
    "indefinite-text",
    "Text in chunks has many spellings.",
    "digest comes in two chunks",
    withField("digest", concat(initial(3, 31), text("SHA"), text("384"), BREAK)),
  ),
  refuse(
    "cbor-unsupported",
    "integer-beyond-2-to-the-53",
    "An integer that a double cannot hold is not read.",
    "timestamp is 2^53",
    withField("timestamp", unsigned(2n ** 53n)),
  ),
  refuse(
    "cbor-unsupported",
    "integer-of-64-bits",
    "The largest integer of CBOR is not read.",
    "timestamp is 2^64 - 1",
    withField("timestamp", unsigned(2n ** 64n - 1n)),
  ),
  ...Object.entries({
    "lone-continuation": [Uint8Array.of(0x80), "a continuation byte alone"],
    overlong: [Uint8Array.of(0xc0, 0xaf), "a slash in two bytes"],
    surrogate: [Uint8Array.of(0xed, 0xa0, 0x80), "a surrogate"],
    "beyond-unicode": [Uint8Array.of(0xf4, 0x90, 0x80, 0x80), "a code point beyond 10ffff"],
    "cut-sequence": [Uint8Array.of(0xe2, 0x82), "a sequence of three bytes without its last"],
  } as const).map(([name, [value, what]]) =>
    refuse(
      "cbor-malformed",
      `utf8-${name}`,
      `Text is valid UTF-8: ${what} is not.`,
      `module_id is ${what}`,
      withField("module_id", concat(head(3, value.length), value)),
    ),
  ),
  refuse(
    "cbor-malformed",
    "utf8-in-key",
    "Keys are valid UTF-8 too.",
    "the payload has a pair more, with the byte ff as text for its key",
    withEntries([Uint8Array.of(0x61, 0xff), unsigned(0)]),
  ),
])

function doubleFloat(value: number): Uint8Array {
  const out = new Uint8Array(9)
  out[0] = 0xfb
  new DataView(out.buffer).setFloat64(1, value)
  return out
}

function chunk(length: number): Uint8Array {
  return bytes(new Uint8Array(length).fill(0xa5))
}
