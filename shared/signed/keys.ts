import { sha256 } from "@noble/hashes/sha2.js"
import { importJWK } from "jose"
import * as z from "zod"
import { type Bytes, toBase64url } from "../bytes.ts"
import { ParleyError } from "../errors/index.ts"
import { canonicalBytes } from "../json/canonical.ts"
import { base64urlOf } from "../json/fields.ts"

/** P-384 public key (RFC 7518 section 6.2.1), no other members. */
export const PublicJwk = z.strictObject({
  crv: z.literal("P-384"),
  kty: z.literal("EC"),
  x: base64urlOf(48),
  y: base64urlOf(48),
})
export type PublicJwk = z.infer<typeof PublicJwk>

export const PrivateJwk = PublicJwk.extend({ d: base64urlOf(48) })
export type PrivateJwk = z.infer<typeof PrivateJwk>

/** RFC 7638 SHA-256 thumbprint, 32 bytes. */
export function thumbprint(jwk: PublicJwk): Bytes {
  const { crv, kty, x, y } = jwk
  return new Uint8Array(sha256(canonicalBytes({ crv, kty, x, y })))
}

/** RFC 7638 SHA-256 thumbprint in base64url, as used for `kid`. */
export function keyId(jwk: PublicJwk): string {
  return toBase64url(thumbprint(jwk))
}

export function publicPart(jwk: PrivateJwk | PublicJwk): PublicJwk {
  const { crv, kty, x, y } = jwk
  return { crv, kty, x, y }
}

/** A signing key that need not be extractable, with its public part. */
export interface Signer {
  readonly jwk: PublicJwk
  readonly key: CryptoKey
}

/** Imports a key for ES384; WebCrypto refuses points off the curve. */
export async function signingKey(jwk: PublicJwk | PrivateJwk): Promise<CryptoKey> {
  return importAs(jwk, "ES384")
}

/** Imports a key for ECDH-ES+A256KW. */
export async function agreementKey(jwk: PublicJwk | PrivateJwk): Promise<CryptoKey> {
  return importAs(jwk, "ECDH-ES+A256KW")
}

async function importAs(jwk: PublicJwk | PrivateJwk, alg: "ES384" | "ECDH-ES+A256KW"): Promise<CryptoKey> {
  try {
    const key = await importJWK({ ...jwk }, alg)
    if (key instanceof CryptoKey) return key
  } catch {
    // The cause would quote the key.
  }
  throw new ParleyError("key-malformed", "not a usable P-384 key")
}
