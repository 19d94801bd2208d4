import type { Bytes } from "../../shared/bytes.ts"
import { checkSchema } from "../../shared/json/canonical.ts"
import { PublicJwk, type Signer } from "../../shared/signed/keys.ts"

/** The two keys of one boot. The private halves cannot be exported and are never written anywhere. */
export interface SessionKeys {
  readonly encryption: { readonly jwk: PublicJwk; readonly key: CryptoKey; readonly spki: Bytes }
  readonly signing: Signer
}

export async function makeSessionKeys(): Promise<SessionKeys> {
  const encryption = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-384" }, false, ["deriveBits"])
  const signing = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-384" }, false, ["sign"])
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", encryption.publicKey))
  return {
    encryption: { jwk: await publicJwk(encryption.publicKey), key: encryption.privateKey, spki },
    signing: { jwk: await publicJwk(signing.publicKey), key: signing.privateKey },
  }
}

async function publicJwk(key: CryptoKey): Promise<PublicJwk> {
  const { crv, kty, x, y } = await crypto.subtle.exportKey("jwk", key)
  return checkSchema({ crv, kty, x, y }, PublicJwk)
}
