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

/**
 * One party's consent to one proposal and one enclave boot (SPEC.md, "Grant"). `secret` is a JWE to the attested
 * encryption key, null for parties without data. `ledgerHead` is the party's ledger head with this grant booked.
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
  sequence: integer(1, 1_000_000_000),
  session: SessionReference,
})
export type Grant = z.infer<typeof Grant>

/**
 * Plaintext of `Grant.secret`. It repeats owner, contract, proposal and manifests, so that a wrapped key copied into
 * another party's grant is refused. `optOuts` are identity tokens, sorted; their commitment uses `optOutSalt`.
 * `optOutSteps` says of each, in the same order, when grants of these data first took it out: 0 in the first one, then
 * ever higher. A list of the new ones would not do: after two runs without somebody, both are to be compared with the
 * run before (THREATS, opt one person out).
 */
export const GrantSecret = z.strictObject({
  contract: Digest,
  format: z.literal("parley/grant-secret/v1"),
  keys: z
    .array(z.strictObject({ dataKey: base64urlOf(32), dataset: Name, manifest: Digest }))
    .min(1)
    .max(64),
  noiseShare: base64urlOf(32),
  optOutSalt: base64urlOf(32),
  optOutSteps: z.array(integer(0, 1_000_000)).max(40_000),
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
