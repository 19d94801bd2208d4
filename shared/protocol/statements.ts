import * as z from "zod"
import { Digest, Instant, Name, text } from "../json/fields.ts"

/** A party says that it will not sign this contract, and why. */
export const Rejection = z.strictObject({
  contract: Digest,
  created: Instant,
  format: z.literal("parley/rejection/v1"),
  party: Name,
  reason: text(1000),
})
export type Rejection = z.infer<typeof Rejection>

/** A party ends a contract. Every party's tools obey from then on; old receipts stay valid. */
export const Ending = z.strictObject({
  contract: Digest,
  created: Instant,
  format: z.literal("parley/ending/v1"),
  party: Name,
  reason: text(1000),
})
export type Ending = z.infer<typeof Ending>
