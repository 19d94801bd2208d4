import { concat, utf8 } from "../../../shared/bytes.ts"
import { PRODUCTION } from "../bases.ts"
import { area, refuse } from "../case.ts"
import { array, bytes, map, NULL, negative, TRUE, text, unsigned } from "../cbor.ts"
import { makeChain } from "../chain.ts"
import { REGISTERS, register, registers, signPayload } from "../document.ts"
import { productionPayload, withEntries, withField } from "../mutate.ts"

const REQUIRED = ["module_id", "digest", "timestamp", "pcrs", "certificate", "cabundle"] as const
const dashed = (field: string) => field.replaceAll("_", "-")
const chain = makeChain()
const carried = chain.cabundle.map((certificate) => bytes(certificate))

/** What each field must be (AWS Nitro Enclaves User Guide, "Verifying the root of trust"). */
export const DOCUMENT_FIELDS = area("document", PRODUCTION, [
  ...REQUIRED.map((field) =>
    refuse(
      "document-field-missing",
      `${dashed(field)}-missing`,
      `A document without ${field} is not complete.`,
      `${field} is gone`,
      withField(field, null),
    ),
  ),
  ...REQUIRED.map((field) =>
    refuse(
      "document-field-invalid",
      `${dashed(field)}-null`,
      `${field} is not optional.`,
      `${field} is null`,
      withField(field, NULL),
    ),
  ),
  ...(
    [
      ["module_id", bytes(utf8("i-0123456789abcdef0-enc0123456789abcdef")), "a byte string"],
      ["digest", bytes(utf8("SHA384")), "a byte string"],
      ["timestamp", text("1772366490500"), "text"],
      ["pcrs", array([...REGISTERS.values()].map((value) => bytes(value))), "an array"],
      ["certificate", text("certificate"), "text"],
      ["cabundle", bytes(concat(...chain.cabundle)), "one byte string"],
      ["public_key", text("key"), "text"],
      ["user_data", map([]), "a map"],
      ["nonce", unsigned(1), "an integer"],
    ] as const
  ).map(([field, item, what]) =>
    refuse(
      "document-field-invalid",
      `${dashed(field)}-wrong-type`,
      `${field} is not ${what}.`,
      `${field} is ${what}`,
      withField(field, item),
    ),
  ),
  ...(
    [
      ["empty", "", "empty"],
      ["of-129", "i".repeat(129), "129 characters long"],
      ["with-blank", "i-0 enc0", "in two words"],
      ["with-control", "i-0\u001b[2J", "a terminal's escape sequence"],
      ["with-zero", "i-0\u0000", "with a zero at its end"],
      ["not-ascii", "i-\u0430bc", "with a Cyrillic letter"],
    ] as const
  ).map(([name, value, what]) =>
    refuse(
      "document-field-invalid",
      `module-id-${name}`,
      `module_id is 1 to 128 printable ASCII characters, not ${what}.`,
      `module_id is ${what}`,
      withField("module_id", text(value)),
    ),
  ),
  ...["SHA256", "SHA512", "sha384", "SHA-384", ""].map((digest) =>
    refuse(
      "document-field-invalid",
      `digest-${digest === "sha384" ? "lower-case" : digest.toLowerCase() || "empty"}`,
      `digest is SHA384, not "${digest}".`,
      `digest is "${digest}"`,
      withField("digest", text(digest)),
    ),
  ),
  ...(
    [
      ["zero", unsigned(0), "0"],
      ["negative", negative(-1), "-1"],
      ["beyond-dates", unsigned(2n ** 53n - 1n), "2^53 - 1, beyond every calendar date"],
      ["boolean", TRUE, "true"],
    ] as const
  ).map(([name, item, what]) =>
    refuse(
      "document-field-invalid",
      `timestamp-${name}`,
      `timestamp is not ${what}.`,
      `timestamp is ${what}`,
      withField("timestamp", item),
    ),
  ),
  ...["public_key", "user_data", "nonce"].map((field) =>
    refuse(
      "document-field-invalid",
      `${dashed(field)}-of-1025`,
      `${field} has at most 1024 bytes.`,
      `${field} has 1025 bytes`,
      withField(field, bytes(new Uint8Array(1025))),
    ),
  ),
  ...(
    [
      ["name", text("extra"), "extra"],
      ["capital", text("Nonce"), "Nonce"],
      ["with-zero", text("nonce\u0000"), "nonce and a zero"],
      ["empty", text(""), "the empty text"],
      ["integer", unsigned(1), "1"],
    ] as const
  ).map(([name, key, what]) =>
    refuse(
      "document-field-invalid",
      `unknown-${name}`,
      `A field that nobody knows is refused: ${what}.`,
      `a pair follows the nonce, with the key ${what}`,
      withEntries([key, NULL]),
    ),
  ),
  ...(
    [
      ["array", array([productionPayload()]), "an array that holds the map"],
      ["text", text("payload"), "text"],
      ["null", NULL, "null"],
    ] as const
  ).map(([name, payload, what]) =>
    refuse(
      "document-field-invalid",
      `payload-${name}`,
      `The payload is a map, not ${what}.`,
      `the payload is ${what}`,
      signPayload(payload),
    ),
  ),
])

const pcrs = (name: string, title: string, mutation: string, item: Uint8Array) =>
  refuse("document-field-invalid", `pcrs-${name}`, title, mutation, withField("pcrs", item))
const withIndex = (index: Uint8Array) =>
  map([...REGISTERS].map(([key, value]) => [key === 15 ? index : unsigned(key), bytes(value)]))
const withValue = (value: Uint8Array) =>
  map([...REGISTERS].map(([key, each]) => [unsigned(key), key === 15 ? value : bytes(each)]))
const count = (length: number) => registers(new Map(Array.from({ length }, (_, index) => [index, register(index + 1)])))

export const DOCUMENT_REGISTERS = area("document", PRODUCTION, [
  pcrs("none", "A document without registers measures nothing.", "pcrs is an empty map", map([])),
  pcrs("33", "There are at most 32 registers.", "pcrs has 33 entries, index 0 to 32", count(33)),
  pcrs("index-32", "A register's index is at most 31.", "the index 15 is 32", withIndex(unsigned(32))),
  pcrs("index-negative", "A register's index is not negative.", "the index 15 is -1", withIndex(negative(-1))),
  pcrs("index-text", "A register's index is an integer.", 'the index 15 is the text "15"', withIndex(text("15"))),
  pcrs(
    "index-huge",
    "A register's index is not taken modulo 2^32.",
    "the index 15 is 2^32 + 15",
    withIndex(unsigned(2 ** 32 + 15)),
  ),
  ...[0, 32, 47, 49, 64].map((length) =>
    pcrs(
      `length-${length}`,
      `A register has 48 bytes, not ${length}.`,
      `PCR15 has ${length} bytes`,
      withValue(bytes(new Uint8Array(length))),
    ),
  ),
  pcrs("value-null", "A register is not left out by null.", "PCR15 is null", withValue(NULL)),
  pcrs("value-text", "A register is not text.", "PCR15 is its value in hexadecimal", withValue(text("00".repeat(48)))),
])

const bundle = (name: string, title: string, mutation: string, items: readonly Uint8Array[]) =>
  refuse("document-field-invalid", `cabundle-${name}`, title, mutation, withField("cabundle", array(items)))

export const DOCUMENT_CERTIFICATES = area("document", PRODUCTION, [
  bundle("empty", "A path has to start somewhere.", "cabundle is an empty array", []),
  bundle("entry-empty", "A certificate is not empty.", "an empty byte string follows the instance CA", [
    ...carried,
    bytes(new Uint8Array()),
  ]),
  bundle("entry-text", "A certificate is not text.", "a text follows the instance CA", [...carried, text("PEM")]),
  bundle("entry-null", "A certificate is not null.", "a null follows the instance CA", [...carried, NULL]),
  bundle("entry-nested", "The list of certificates is flat.", "the whole list stands in a list", [array(carried)]),
  bundle("entry-of-2049", "A certificate has at most 2048 bytes.", "an entry of 2049 bytes follows the instance CA", [
    ...carried,
    bytes(new Uint8Array(2049)),
  ]),
  refuse(
    "document-field-invalid",
    "certificate-empty",
    "The leaf is not empty.",
    "certificate is an empty byte string",
    withField("certificate", bytes(new Uint8Array())),
  ),
  refuse(
    "document-field-invalid",
    "certificate-of-2049",
    "The leaf has at most 2048 bytes.",
    "certificate has 2049 bytes",
    withField("certificate", bytes(new Uint8Array(2049))),
  ),
])
