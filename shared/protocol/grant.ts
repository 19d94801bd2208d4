import * as z from "zod"
import { Token } from "../contract/tokens.ts"
import { base64urlOf, Digest, Instant, integer, Name } from "../json/fields.ts"
import { Padding } from "../json/padding.ts"
import { SEALED_KINDS } from "../signed/jwe.ts"

/** RFC 7638 thumbprints of both attested keys and SHA-256 of the attestation document that was verified. */
export const SessionReference = z.strictObject({
  document: Digest,
  encryptionKey: base64urlOf(32),
  signingKey: base64urlOf(32),
})
export type SessionReference = z.infer<typeof SessionReference>

/** A commitment to a party's opt-outs, as a receipt states it. */
export const SeenOptOuts = z.strictObject({ optOuts: Digest, party: Name })
export type SeenOptOuts = z.infer<typeof SeenOptOuts>
/** Owners of one run, times what a grant secret opens of each. */
export const MAX_SEEN_OPT_OUTS = 4096

/**
 * One party's consent to one proposal and one enclave boot (SPEC.md, "Grant"). `secret` is a JWE to the attested
 * encryption key, null for parties without data. `ledgerHead` is the party's ledger head with this grant booked.
 * `seenOptOuts` are the other owners' commitments over the same data that this party's receipts show: the enclave asks
 * those owners to open every one, so that no owner hides whom it takes out between two runs.
 */
export const Grant = z.strictObject({
  contract: Digest,
  created: Instant,
  expires: Instant,
  format: z.literal("parley/grant/v1"),
  ledgerHead: Digest,
  optOuts: Digest.nullable(),
  party: Name,
  proposal: Digest,
  secret: z.string().max(SEALED_KINDS.grantSecret.maxBytes).nullable(),
  seenOptOuts: z.array(SeenOptOuts).max(MAX_SEEN_OPT_OUTS).refine(isSortedSeen, "not sorted, or a repeated entry"),
  sequence: integer(1, 1_000_000_000),
  session: SessionReference,
})
export type Grant = z.infer<typeof Grant>

const Step = integer(0, 1_000_000)
const EarlierOptOuts = z.strictObject({ salt: base64urlOf(32), step: Step })
export const MAX_EARLIER_OPT_OUTS = 1000

/**
 * Plaintext of `Grant.secret`. It repeats owner, contract, proposal and manifests, so that a wrapped key copied into
 * another party's grant is refused. `optOuts` are identity tokens, sorted; their commitment uses `optOutSalt`.
 * `optOutSteps` says of each, in the same order, when grants of these data first took it out: 0 in the first one, then
 * ever higher. A list of the new ones would not do: after two runs without somebody, both are to be compared with the
 * run before (THREATS, opt one person out).
 * `earlierOptOuts` opens the commitments of earlier grants over the same lineages: each is to the tokens with at most its
 * step. The steps of what others have seen are thereby no longer the owner's word alone.
 */
export const GrantSecret = z.strictObject({
  contract: Digest,
  earlierOptOuts: z.array(EarlierOptOuts).max(MAX_EARLIER_OPT_OUTS),
  format: z.literal("parley/grant-secret/v1"),
  keys: z
    .array(z.strictObject({ dataKey: base64urlOf(32), dataset: Name, manifest: Digest }))
    .min(1)
    .max(64),
  noiseShare: base64urlOf(32),
  optOutSalt: base64urlOf(32),
  optOutSteps: z.array(Step).max(40_000),
  optOuts: z.array(Token).max(40_000),
  owner: Name,
  padding: Padding,
  proposal: Digest,
})
export type GrantSecret = z.infer<typeof GrantSecret>
export const MAX_GRANT_SECRET_BYTES = 2 * 1024 * 1024
/** Smallest plaintext of a grant's secret; larger ones are padded to the next power of two. The length of the JWE would
 * tell how many people an owner takes out. */
export const MIN_GRANT_SECRET_BYTES = 16 * 1024

/** Tag of the commitment to an opt-out list: salt, then the RFC 8785 form of the sorted token list. */
export const OPT_OUT_TAG = "parley/opt-outs/v1"

/** By party, then by commitment, each once. */
export function sortedSeen(seen: readonly SeenOptOuts[]): SeenOptOuts[] {
  return [...new Map(seen.map((one) => [seenKey(one), one])).values()].sort((a, b) =>
    seenKey(a) < seenKey(b) ? -1 : 1,
  )
}

function isSortedSeen(seen: readonly SeenOptOuts[]): boolean {
  return seen.every((one, i) => {
    const before = seen[i - 1]
    return before === undefined || seenKey(before) < seenKey(one)
  })
}

export function seenKey({ optOuts, party }: SeenOptOuts): string {
  return `${party} ${optOuts}`
}
