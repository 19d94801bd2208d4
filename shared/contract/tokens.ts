import * as z from "zod"
import { Digest, Name, text, uniqueList } from "../json/fields.ts"

/**
 * Normalisation steps, applied in the listed order (SPEC.md, "Tokens"):
 * `trim` removes Unicode white space at both ends, `nfkc` is Unicode NFKC, `lowercase` and `uppercase` are Unicode
 * default case mappings (locale-free), `digits` keeps ASCII digits only (leading zeros stay), `no-spaces` removes all
 * Unicode white space, `alphanumeric` keeps letters and digits only.
 */
export const NormalizationStep = z.enum([
  "trim",
  "nfkc",
  "lowercase",
  "uppercase",
  "digits",
  "no-spaces",
  "alphanumeric",
])
export type NormalizationStep = z.infer<typeof NormalizationStep>

/** UUID in lower case: the first 128 bits of the HMAC, as DuckDB prints its UUID type. */
export const Token = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, "expected a UUID")

/** `input` normalises to `normalized`, whose token under the *public test secret* is `token`. */
const TestVector = z.strictObject({ input: z.string().max(500), normalized: z.string().max(500), token: Token })

/** How identities become tokens, so that equal people get equal tokens on every side. */
export const TokenSpec = z.strictObject({
  algorithm: z.literal("hmac-sha256-128"),
  issuer: Name,
  meaning: text(500),
  name: Name,
  normalization: uniqueList(NormalizationStep, 0, 7),
  secretCommitment: Digest,
  vectors: uniqueList(TestVector, 1, 100),
})
export type TokenSpec = z.infer<typeof TokenSpec>
