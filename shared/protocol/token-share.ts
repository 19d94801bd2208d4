import * as z from "zod"
import { Digest, Instant, Name } from "../json/fields.ts"
import { SEALED_KINDS } from "../signed/jwe.ts"

/** A token secret wrapped to the result keys of other owners, signed by its issuer. Neither host nor recipients see it. */
export const TokenShare = z.strictObject({
  commitment: Digest,
  created: Instant,
  format: z.literal("parley/token-share/v1"),
  issuer: Name,
  name: Name,
  shares: z
    .array(z.strictObject({ party: Name, secret: z.string().max(SEALED_KINDS.tokenSecret.maxBytes) }))
    .min(1)
    .max(64),
})
export type TokenShare = z.infer<typeof TokenShare>
