import * as z from "zod"
import { base64urlOf, ColumnName, Digest, integer, Name } from "../json/fields.ts"
import { Padding } from "../json/padding.ts"

/** How many groups, told coarsely: receipts are not secret. */
export const CoarseCount = z.enum(["0", "1-9", "10-99", "100-999", "1000+"])
export type CoarseCount = z.infer<typeof CoarseCount>

export function coarseCount(count: number): CoarseCount {
  if (count === 0) return "0"
  if (count < 10) return "1-9"
  if (count < 100) return "10-99"
  return count < 1000 ? "100-999" : "1000+"
}

const ResultColumn = z.strictObject({
  kind: z.enum(["dimension", "bucket", "count", "sum", "avg", "ratio"]),
  name: ColumnName,
  /** Type of the cells: integers and decimals are text in DecimalText form, booleans "true" or "false". */
  type: z.enum(["text", "integer", "decimal", "boolean", "date"]),
})

/** A released table. Cells are text; null is a null dimension, or a withheld cell never (its whole row is withheld). */
export const Result = z.strictObject({
  columns: z.array(ResultColumn).min(1).max(100),
  contract: Digest,
  format: z.literal("parley/result/v1"),
  proposal: Digest,
  query: Name,
  rows: z.array(z.array(z.string().max(250).nullable()).max(100)).max(100_000),
  sequence: integer(1, 1_000_000_000),
  withheldGroups: CoarseCount,
})
export type Result = z.infer<typeof Result>

/** Plaintext of a result JWE: the salt opens the receipt's commitment, the padding hides the size. */
export const SealedResult = z.strictObject({
  format: z.literal("parley/sealed-result/v1"),
  padding: Padding,
  result: Result,
  salt: base64urlOf(32),
})
export type SealedResult = z.infer<typeof SealedResult>
export const MAX_RESULT_BYTES = 48 * 1024 * 1024

/** Tag of the commitment to a result: salt, then the RFC 8785 form of `Result`. */
export const RESULT_TAG = "parley/result/v1"
