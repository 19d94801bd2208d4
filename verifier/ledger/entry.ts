import * as z from "zod"
import { toHex } from "../../shared/bytes.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { canonicalBytes, parseCanonical } from "../../shared/json/canonical.ts"
import { base64urlOf, DecimalText, Digest, Instant, integer, Name } from "../../shared/json/fields.ts"
import { taggedHash } from "../../shared/signed/kinds.ts"

const Versions = z.array(z.strictObject({ dataset: Name, lineage: base64urlOf(16), manifest: Digest })).max(64)

/** What this party's own data pays for a private result; nothing under thresholds. The same charge is paid once. */
const Spends = z.array(z.strictObject({ charge: Digest, lineage: base64urlOf(16), rho: DecimalText })).max(64)

/** What an owner books about itself; a closed list. */
export const LedgerEvent = z.discriminatedUnion("event", [
  z.strictObject({ contract: Digest, event: z.literal("contract-signed"), predecessor: Digest.nullable() }),
  z.strictObject({
    contract: Digest,
    document: Digest,
    encryptionKey: base64urlOf(32),
    event: z.literal("enclave-verified"),
    signingKey: base64urlOf(32),
    simulated: z.boolean(),
  }),
  z.strictObject({
    contract: Digest,
    encryptionKey: base64urlOf(32),
    event: z.literal("granted"),
    manifests: Versions,
    parameters: Digest,
    proposal: Digest,
    query: Name,
    sequence: integer(1, 1_000_000_000),
    spend: Spends,
    statement: Digest,
  }),
  /** A further approval of a grant that another key of this party made, in a home of its own. */
  z.strictObject({
    contract: Digest,
    encryptionKey: base64urlOf(32),
    event: z.literal("grant-approved"),
    grant: Digest,
    manifests: Versions,
    parameters: Digest,
    proposal: Digest,
    query: Name,
    sequence: integer(1, 1_000_000_000),
    spend: Spends,
    statement: Digest,
  }),
  /** An amendment of `contract` was in force when this was booked. */
  z.strictObject({ amendment: Digest, contract: Digest, event: z.literal("contract-superseded") }),
  z.strictObject({ contract: Digest, event: z.literal("receipt-seen"), proposal: Digest, receipt: Digest }),
  z.strictObject({ contract: Digest, event: z.literal("proposal-cancelled"), proposal: Digest }),
  z.strictObject({ count: integer(1, 1_000_000_000), event: z.literal("opt-outs-added"), lineage: base64urlOf(16) }),
])
export type LedgerEvent = z.infer<typeof LedgerEvent>

/** One line of `ledger.jsonl`, in RFC 8785 form. `previous` is the digest of the line before, zeros at first. */
export const LedgerEntry = z.strictObject({
  at: Instant,
  event: LedgerEvent,
  index: integer(0, 1_000_000_000),
  previous: Digest,
})
export type LedgerEntry = z.infer<typeof LedgerEntry>

export const GENESIS = "0".repeat(64)
const MAX_ENTRY_BYTES = 64 * 1024

/** A ledger whose chain holds. */
export interface Ledger {
  readonly entries: readonly LedgerEntry[]
  /** Digest of every line, in order. */
  readonly digests: readonly string[]
  /** Digest of the last line; zeros when there is none. */
  readonly head: string
  /** Bytes up to the end of the last whole line; what follows was torn by a crash and was never relied on. */
  readonly wholeBytes: number
}

export function entryDigest(entry: LedgerEntry): string {
  return toHex(taggedHash("parley/ledger/v1", canonicalBytes(entry)))
}

/** Reads a ledger file. A torn last line is cut; any other fault is `ledger-broken`, with the line. */
export function readLedger(bytes: Uint8Array): Ledger {
  const entries: LedgerEntry[] = []
  const digests: string[] = []
  let head = GENESIS
  let start = 0
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
    const entry = readEntry(bytes.subarray(start, end), entries.length)
    if (entry.index !== entries.length || entry.previous !== head) throw broken(entries.length)
    head = entryDigest(entry)
    entries.push(entry)
    digests.push(head)
    start = end + 1
  }
  return { digests, entries, head, wholeBytes: start }
}

function readEntry(line: Uint8Array, index: number): LedgerEntry {
  try {
    return parseCanonical(line, LedgerEntry, MAX_ENTRY_BYTES)
  } catch {
    throw broken(index)
  }
}

function broken(index: number): ParleyError {
  return new ParleyError("ledger-broken", `line ${index + 1} does not continue the chain`)
}
