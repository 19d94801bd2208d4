import { p384 } from "@noble/curves/nist.js"
import { toBase64url } from "../../shared/bytes.ts"
import type { PrivateJwk } from "../../shared/signed/keys.ts"

/** A fresh P-384 key for a test. */
export async function testKey(): Promise<PrivateJwk> {
  const secret = p384.utils.randomSecretKey()
  const point = p384.getPublicKey(secret, false)
  return {
    crv: "P-384",
    d: toBase64url(secret),
    kty: "EC",
    x: toBase64url(point.slice(1, 49)),
    y: toBase64url(point.slice(49)),
  }
}
