import { toHex } from "../../../shared/bytes.ts"
import { ask, askPolicy, askSession, PRODUCTION, SESSION, TIME } from "../bases.ts"
import { accept, area, refuse } from "../case.ts"
import { bytes, NULL, unsigned } from "../cbor.ts"
import { NONCE, TIMESTAMP } from "../document.ts"
import { withField } from "../mutate.ts"

const nonce = (name: string, title: string, mutation: string, item: Uint8Array | null) =>
  refuse("nonce-mismatch", `nonce-${name}`, title, mutation, withField("nonce", item))
const signedAt = (milliseconds: number) => withField("timestamp", unsigned(Date.parse(TIME) + milliseconds))
const judgedAt = (milliseconds: number) => ask({ time: new Date(TIMESTAMP + milliseconds).toISOString() })

/** The nonce is the verifier's own. */
export const NONCES = area("freshness", PRODUCTION, [
  nonce(
    "other",
    "Another nonce answers somebody else.",
    "the nonce has another last byte",
    bytes(Uint8Array.from(NONCE, (byte, i) => (i === 31 ? 0 : byte))),
  ),
  nonce("null", "A document without nonce answers nobody.", "the nonce is null", NULL),
  nonce("absent", "A document without the field answers nobody.", "the nonce is gone", null),
  nonce("empty", "An empty nonce answers nobody.", "the nonce is an empty byte string", bytes(new Uint8Array())),
  nonce("zeros", "A nonce of zeros is not any nonce.", "the nonce is 32 zeros", bytes(new Uint8Array(32))),
  nonce("truncated", "The nonce counts as a whole.", "the nonce lacks its last byte", bytes(NONCE.slice(0, 31))),
  nonce(
    "longer",
    "A nonce that begins like ours is not ours.",
    "a byte 00 follows the nonce",
    bytes(Uint8Array.of(...NONCE, 0)),
  ),
  nonce(
    "of-1024",
    "A long nonce that holds ours is not ours.",
    "the nonce is 1024 bytes and begins like ours",
    bytes(Uint8Array.from({ length: 1024 }, (_, i) => NONCE[i] ?? 0)),
  ),
  refuse(
    "nonce-mismatch",
    "nonce-asked-other",
    "The document answers the question that was asked.",
    "the policy asks with another nonce",
    askPolicy({ nonce: "b6".repeat(32) }),
  ),
  refuse(
    "nonce-mismatch",
    "nonce-asked-shorter",
    "A nonce is not matched by its beginning.",
    "the policy's nonce is the first 16 bytes of the document's",
    askPolicy({ nonce: toHex(NONCE.slice(0, 16)) }),
  ),
])

/** Age, in milliseconds, and both ends. */
export const AGES = area("freshness", PRODUCTION, [
  accept(
    "ATT-33",
    "age-at-limit",
    "A document as old as the policy allows is fresh.",
    "judged 300 s after it was signed",
    judgedAt(300_000),
  ),
  refuse(
    "document-stale",
    "age-over-limit",
    "A millisecond more is stale.",
    "judged 300.001 s after it was signed",
    judgedAt(300_001),
  ),
  refuse(
    "document-stale",
    "age-one-second",
    "The policy's age counts.",
    "the policy allows one second",
    askPolicy({ maxAgeSeconds: 1 }),
  ),
  refuse(
    "document-stale",
    "timestamp-in-seconds",
    "timestamp is in milliseconds.",
    "timestamp is in seconds, which is January 1970",
    withField("timestamp", unsigned(Math.floor(TIMESTAMP / 1000))),
  ),
  refuse(
    "document-stale",
    "signed-a-year-before",
    "A document of last year is stale.",
    "timestamp is a year earlier",
    withField("timestamp", unsigned(TIMESTAMP - 365 * 86_400_000)),
  ),
  accept(
    "ATT-33",
    "future-at-limit",
    "Clocks may differ by five minutes.",
    "the document was signed 300 s after the time given",
    signedAt(300_000),
  ),
  refuse(
    "document-from-future",
    "future-over-limit",
    "Clocks may not differ by more.",
    "the document was signed 300.001 s after the time given",
    signedAt(300_001),
  ),
  refuse(
    "document-from-future",
    "signed-tomorrow",
    "A document of tomorrow is not believed.",
    "timestamp is a day later",
    withField("timestamp", unsigned(TIMESTAMP + 86_400_000)),
  ),
])

/** The same before a key is released. */
export const LIVE_FRESHNESS = area("freshness", SESSION, [
  refuse(
    "nonce-mismatch",
    "live-nonce-other",
    "A live document answers the nonce that was just made.",
    "the verifier's nonce is another one",
    askSession({ nonce: "b6".repeat(32) }),
  ),
  refuse(
    "nonce-mismatch",
    "live-nonce-null",
    "A live document without nonce is a replay.",
    "the nonce is null",
    withField("nonce", NULL),
  ),
  refuse(
    "policy-invalid",
    "live-nonce-short",
    "Before a key is released, a nonce has 32 bytes.",
    "the verifier's nonce has 16 bytes",
    askSession({ nonce: "a5".repeat(16) }),
  ),
  refuse(
    "document-stale",
    "live-stale",
    "A live document is fresh.",
    "judged 301 s after it was signed",
    askSession({ time: new Date(TIMESTAMP + 301_000).toISOString() }),
  ),
  refuse(
    "document-from-future",
    "live-future",
    "A live document is not of tomorrow.",
    "timestamp is a day later",
    withField("timestamp", unsigned(TIMESTAMP + 86_400_000)),
  ),
])
