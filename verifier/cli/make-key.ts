import { checkSchema } from "../../shared/json/canonical.ts"
import { keyId, PrivateJwk, publicPart } from "../../shared/signed/keys.ts"
import { type Home, type LocalKey, writeHomeJson } from "./home.ts"

/** Makes a key and keeps it in the home, mode 0600. */
export async function makeKey(home: Home, fields: Pick<LocalKey, "holder" | "role" | "use">): Promise<LocalKey> {
  const jwk = await generateKey(fields.use)
  const key: LocalKey = { ...fields, jwk }
  await writeHomeJson(home, `keys/${keyId(publicPart(jwk))}.json`, key)
  return key
}

/** A fresh extractable P-384 key pair as JWK, from WebCrypto's generator; result keys agree on keys, the others sign. */
async function generateKey(use: LocalKey["use"]): Promise<PrivateJwk> {
  const algorithm = { name: use === "result" ? "ECDH" : "ECDSA", namedCurve: "P-384" }
  const pair = await crypto.subtle.generateKey(algorithm, true, use === "result" ? ["deriveBits"] : ["sign", "verify"])
  const { crv, kty, x, y, d } = await crypto.subtle.exportKey("jwk", pair.privateKey)
  return checkSchema({ crv, kty, x, y, d }, PrivateJwk)
}
