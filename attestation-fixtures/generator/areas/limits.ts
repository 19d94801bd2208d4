import { concat } from "../../../shared/bytes.ts"
import { PRODUCTION } from "../bases.ts"
import { area, refuse } from "../case.ts"
import { array, BREAK, bytes, head, initial, map, NULL, nested, text, unsigned } from "../cbor.ts"
import { signPayload } from "../document.ts"
import { withEntries, withField } from "../mutate.ts"

const LARGEST = 64 * 1024

/** Input that is large, deep or countless: refused without being built. */
export const LIMITS = area("limits", PRODUCTION, [
  refuse(
    "document-too-large",
    "64-kib-and-a-byte",
    "A document has at most 64 KiB.",
    "zeros follow the document, up to 65,537 bytes",
    padded(LARGEST + 1),
  ),
  refuse(
    "cbor-trailing-bytes",
    "64-kib",
    "A document of 64 KiB is looked at.",
    "zeros follow the document, up to 65,536 bytes",
    padded(LARGEST),
  ),
  refuse(
    "cbor-too-deep",
    "nested-9",
    "CBOR nests at most eight deep.",
    "a pair follows the nonce: eight arrays in one another, in the payload's map",
    withEntries([text("extra"), nested(8)]),
  ),
  refuse(
    "document-field-invalid",
    "nested-8",
    "Eight deep is read, and refused for another reason.",
    "a pair follows the nonce: seven arrays in one another, in the payload's map",
    withEntries([text("extra"), nested(7)]),
  ),
  refuse(
    "cbor-too-deep",
    "nested-10000",
    "Deep nesting does not exhaust the stack.",
    "user_data is ten thousand arrays in one another",
    withField("user_data", nested(10_000)),
  ),
  refuse(
    "cbor-too-deep",
    "nested-indefinite",
    "Indefinite arrays nest no deeper.",
    "user_data is a thousand indefinite arrays in one another",
    withField("user_data", concat(new Uint8Array(1000).fill(0x9f), new Uint8Array(1000).fill(0xff))),
  ),
  refuse(
    "cbor-too-deep",
    "nested-maps",
    "Maps nest no deeper.",
    "user_data is a thousand maps in one another",
    withField("user_data", concat(...Array.from({ length: 1000 }, () => Uint8Array.of(0xa1, 0x00)), NULL)),
  ),
  refuse(
    "cbor-too-deep",
    "nested-envelope",
    "The envelope nests no deeper.",
    "the document is sixty thousand arrays in one another",
    nested(60_000),
  ),
  refuse(
    "cose-malformed",
    "array-of-60000",
    "A long array is no COSE_Sign1.",
    "the document is an array of sixty thousand nulls",
    array(Array.from({ length: 60_000 }, () => NULL)),
  ),
  refuse(
    "document-field-invalid",
    "cabundle-of-17",
    "cabundle has at most 16 entries.",
    "cabundle has 17 entries of one byte",
    withField("cabundle", short(17)),
  ),
  refuse(
    "document-field-invalid",
    "cabundle-of-1000",
    "A thousand certificates are not parsed.",
    "cabundle has 1000 entries of one byte",
    withField("cabundle", short(1000)),
  ),
  refuse(
    "document-field-invalid",
    "registers-of-10000",
    "Ten thousand registers are not a measurement.",
    "pcrs has ten thousand entries, null each",
    withField("pcrs", map(Array.from({ length: 10_000 }, (_, index) => [unsigned(index), NULL]))),
  ),
  refuse(
    "document-field-invalid",
    "module-id-of-50000",
    "A long module_id is not shown to anybody.",
    "module_id has fifty thousand letters",
    withField("module_id", text("i".repeat(50_000))),
  ),
  refuse(
    "document-field-invalid",
    "fields-of-10000",
    "Ten thousand fields are not searched.",
    "the payload is a map of ten thousand integers",
    signPayload(map(Array.from({ length: 10_000 }, (_, index) => [unsigned(index), NULL]))),
  ),
  refuse(
    "cbor-malformed",
    "open-array-to-the-end",
    "An indefinite array that never ends does.",
    "the payload is an indefinite array of fifty thousand nulls without a break",
    signPayload(concat(initial(4, 31), new Uint8Array(50_000).fill(0xf6))),
  ),
  refuse(
    "cbor-malformed",
    "counts-multiplied",
    "Nested counts are not multiplied.",
    "user_data is four arrays in one another that declare 2^16 items each",
    withField("user_data", concat(...Array.from({ length: 4 }, () => head(4, 2 ** 16)), BREAK)),
  ),
])

function padded(length: number): Uint8Array {
  const out = new Uint8Array(length)
  out.set(PRODUCTION.document)
  return out
}

function short(length: number): Uint8Array {
  return array(Array.from({ length }, () => bytes(Uint8Array.of(0x30))))
}
