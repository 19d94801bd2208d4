import * as z from "zod"
import { base64urlOf, Digest, Instant } from "../json/fields.ts"

/** A host as its parties name it: scheme, name and port, as in a browser's `origin`. */
export const Origin = z
  .string()
  .max(300)
  .regex(/^https?:\/\/[a-z0-9.[\]:-]+$/, "expected an origin such as https://parley.example")

/**
 * What a party's access key signs for one HTTP request (SPEC.md, "Requests"). `bodySha256` covers the bytes of this
 * request's body; an upload's body is signed as empty. `audience` is the host that the party meant to ask: another one,
 * given the same request, would else pass it on. The flattened JWS travels in base64url in the header below.
 */
export const SignedRequest = z.strictObject({
  at: Instant,
  audience: Origin,
  bodySha256: Digest,
  format: z.literal("parley/request/v1"),
  method: z.enum(["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"]),
  nonce: base64urlOf(16),
  path: z.string().max(2000),
})
export type SignedRequest = z.infer<typeof SignedRequest>

export const REQUEST_HEADER = "parley-request"
/** The code of a fault, where an answer has no body. */
export const FAULT_HEADER = "parley-fault"
/** How far a requester's clock may be off, in milliseconds; nonces are remembered at least twice that long. */
export const MAX_SKEW_MS = 5 * 60_000

/** A host's words reach terminals: control and direction characters, or a line of their own, could say anything there. */
const Said = z
  .string()
  .max(500)
  .refine((said) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(said), "control or format character")

/** What a host answers when it does not do what was asked. */
export const HostFault = z.strictObject({ code: z.string().max(64), message: Said, todo: Said })
export type HostFault = z.infer<typeof HostFault>
