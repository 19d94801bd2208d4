import * as z from "zod"
import { base64urlOf, Digest, Instant, integer, Name } from "../json/fields.ts"

/** Largest number of parts of one dataset version. */
export const MAX_PARTS = 4096

const Part = z.strictObject({ bytes: integer(1, 2 ** 40), sha256: Digest })

/**
 * An owner's signed statement about one version of its sealed data (SPEC.md, "Manifest"). It commits to the ciphertext
 * of every part and to the data key, so that one ciphertext cannot hold two data sets.
 */
export const Manifest = z.strictObject({
  asOf: Instant,
  contract: Digest,
  dataset: Name,
  format: z.literal("parley/manifest/v1"),
  keyCommitment: Digest,
  lineage: base64urlOf(16),
  owner: Name,
  parts: z.array(Part).min(1).max(MAX_PARTS),
  rows: integer(0, 4_000_000_000),
  schema: Digest,
  sealedAt: Instant,
  tokenSpec: Digest,
  version: integer(1, 1_000_000),
})
export type Manifest = z.infer<typeof Manifest>
