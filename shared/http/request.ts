import { z } from "zod"
import { base64urlOf, Digest, Instant } from "../json/fields.ts"

/**
 * What a party's access key signs for one HTTP request (SPEC.md, "Requests"). `bodySha256` covers the bytes of this
 * request's body, for an upload those of this chunk. The flattened JWS travels in base64url in the header below.
 */
export const SignedRequest = z.strictObject({
  at: Instant,
  bodySha256: Digest,
  format: z.literal("parley/request/v1"),
  method: z.enum(["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"]),
  nonce: base64urlOf(16),
  path: z.string().max(2000),
})
export type SignedRequest = z.infer<typeof SignedRequest>

export const REQUEST_HEADER = "parley-request"
/** How far a requester's clock may be off, in milliseconds; nonces are remembered at least twice that long. */
export const MAX_SKEW_MS = 5 * 60_000

/** What a host answers when it does not do what was asked. */
export const HostFault = z.strictObject({
  code: z.string().max(64),
  message: z.string().max(500),
  todo: z.string().max(500),
})
export type HostFault = z.infer<typeof HostFault>
