import * as z from "zod"
import { base64urlOf, ColumnName, Digest, Instant, integer, Name, text } from "../json/fields.ts"

/** A run that was proposed or granted and will never have a receipt. */
const Abandoned = z.strictObject({ proposal: Digest, reason: text(500), sequence: integer(1, 1_000_000_000) })

/** Parameter values by name; decimals, dates and instants as text. */
export const ParameterValues = z.record(ColumnName, z.union([z.string().max(200), z.int()]))
export type ParameterValues = z.infer<typeof ParameterValues>

/** A run exists by this signed object (SPEC.md, "Proposal"). It names the manifests of all datasets of the query. */
export const Proposal = z.strictObject({
  abandoned: z.array(Abandoned).max(1000),
  contract: Digest,
  created: Instant,
  format: z.literal("parley/proposal/v1"),
  id: base64urlOf(16),
  lastReceipt: Digest.nullable(),
  manifests: z
    .array(z.strictObject({ dataset: Name, manifest: Digest }))
    .min(1)
    .max(64),
  parameters: ParameterValues,
  proposer: Name,
  query: Name,
  sequence: integer(1, 1_000_000_000),
})
export type Proposal = z.infer<typeof Proposal>

/** The proposer takes a proposal back; parties that see it no longer grant. */
export const Cancellation = z.strictObject({
  contract: Digest,
  created: Instant,
  format: z.literal("parley/cancellation/v1"),
  party: Name,
  proposal: Digest,
  reason: text(500),
})
export type Cancellation = z.infer<typeof Cancellation>
