import { concat, utf8 } from "../../../shared/bytes.ts"
import { SESSION } from "../bases.ts"
import { area, refuse } from "../case.ts"
import { BREAK, bytes, map, NULL, openMap, tagged, text, unsigned } from "../cbor.ts"
import { CONTRACT_DIGEST } from "../contract.ts"
import { withField } from "../mutate.ts"
import { RECEIPT_DIGEST, SESSION_DIGEST, sessionUserData, userDataEntries } from "../session.ts"

const OTHER_DIGEST = new Uint8Array(32).fill(0x77)
const userData = (name: string, title: string, mutation: string, item: Uint8Array | null) =>
  refuse("user-data-malformed", `user-data-${name}`, title, mutation, withField("user_data", item))
const entries = userDataEntries()
const wrapped = (value: Uint8Array) => bytes(value)

/** `user_data`: one form, and every part of it counts. */
export const BINDING_USER_DATA = area("binding", SESSION, [
  userData("null", "A document without user_data is not a Parley enclave's.", "user_data is null", NULL),
  userData("absent", "A document without the field is not a Parley enclave's.", "user_data is gone", null),
  userData("empty", "Empty user_data says nothing.", "user_data is an empty byte string", bytes(new Uint8Array())),
  userData("not-cbor", "user_data is CBOR.", "user_data is the text parley", wrapped(utf8("parley"))),
  userData(
    "json",
    "user_data is not JSON.",
    "user_data is a JSON object",
    wrapped(utf8('{"type":"parley/session/v1"}')),
  ),
  userData("array", "user_data is a map.", "user_data is an empty array", wrapped(Uint8Array.of(0x80))),
  userData(
    "trailing",
    "Nothing follows the map.",
    "a byte 00 follows user_data's map",
    wrapped(concat(sessionUserData(), new Uint8Array(1))),
  ),
  userData(
    "indefinite",
    "The map has one spelling.",
    "user_data's map is indefinite",
    wrapped(concat(openMap(entries), BREAK)),
  ),
  userData(
    "long-count",
    "The map's count has its shortest form.",
    "user_data's map writes 4 in one byte of its own",
    wrapped(map(entries, 1)),
  ),
  userData(
    "other-order",
    "The keys have an order.",
    "user_data has its keys in reverse order",
    wrapped(map(entries.toReversed())),
  ),
  userData(
    "duplicate",
    "No key stands there twice.",
    "user_data has type twice",
    wrapped(map([...entries, ...entries.slice(0, 1)])),
  ),
  userData(
    "extra",
    "Nothing is added.",
    "user_data has a fifth key",
    wrapped(map([...entries, [text("extra"), NULL]])),
  ),
  userData("missing", "Nothing is left out.", "user_data has no subject", wrapped(map(entries.slice(0, 3)))),
  userData("tagged", "No tag is added.", "user_data has tag 55799", wrapped(tagged(55_799, sessionUserData()))),
  userData(
    "type-v2",
    "A type that nobody knows is refused.",
    "type is parley/session/v2",
    wrapped(sessionUserData({ type: "parley/session/v2" })),
  ),
  userData(
    "type-number",
    "The type is text.",
    "type is 1",
    wrapped(map([[text("type"), unsigned(1)], ...entries.slice(1)])),
  ),
  userData(
    "contract-of-31",
    "Digests have 32 bytes.",
    "contract lacks its last byte",
    wrapped(sessionUserData({ contract: CONTRACT_DIGEST.slice(0, 31) })),
  ),
  userData(
    "keys-of-33",
    "Digests have no more than 32 bytes.",
    "a byte 00 follows keys",
    wrapped(sessionUserData({ keys: concat(SESSION_DIGEST, new Uint8Array(1)) })),
  ),
  userData(
    "subject-empty",
    "No subject is null, not empty.",
    "subject is an empty byte string",
    wrapped(sessionUserData({ subject: new Uint8Array() })),
  ),
  refuse(
    "user-data-type",
    "user-data-of-receipt",
    "A receipt's document cannot stand for a session.",
    "type is parley/receipt/v1",
    withField("user_data", bytes(sessionUserData({ type: "parley/receipt/v1" }))),
  ),
  ...(
    [
      ["contract", { contract: OTHER_DIGEST }, "another contract"],
      ["keys", { keys: OTHER_DIGEST }, "other keys"],
      ["subject", { subject: RECEIPT_DIGEST }, "a receipt, as the subject"],
    ] as const
  ).map(([name, over, what]) =>
    refuse(
      "user-data-mismatch",
      `user-data-other-${name}`,
      "user_data says what the registers say.",
      `user_data names ${what}`,
      withField("user_data", bytes(sessionUserData(over))),
    ),
  ),
])
