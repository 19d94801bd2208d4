import * as z from "zod"
import type { Bytes } from "../bytes.ts"
import { canonicalBytes, parseCanonical } from "../json/canonical.ts"
import { base64urlOf, base64urlUpTo } from "../json/fields.ts"

/** A flattened JWS as a JSON value; its RFC 8785 form is what `openJws` reads. */
export const JwsObject = z.strictObject({
  payload: base64urlUpTo(4 * 1024 * 1024),
  protected: base64urlUpTo(512),
  signature: base64urlOf(96),
})
export type JwsObject = z.infer<typeof JwsObject>

const MAX_JWS_BYTES = 8 * 1024 * 1024

/** A signature file as a JSON value, as bundles and messages carry it. */
export function jwsObject(jws: Uint8Array): JwsObject {
  return parseCanonical(jws, JwsObject, MAX_JWS_BYTES)
}

/** The bytes of a signature that came as a JSON value. */
export function jwsBytes(jws: JwsObject): Bytes {
  return canonicalBytes(jws)
}
