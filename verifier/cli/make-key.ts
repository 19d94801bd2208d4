import { generateKey, keyId, publicPart } from "../../shared/signed/keys.ts"
import { type Home, type LocalKey, writeHomeJson } from "./home.ts"

/** Makes a key and keeps it in the home, mode 0600. */
export async function makeKey(home: Home, fields: Pick<LocalKey, "holder" | "role" | "use">): Promise<LocalKey> {
  const jwk = await generateKey(fields.use === "result" ? "decrypt" : "sign")
  const key: LocalKey = { ...fields, jwk }
  await writeHomeJson(home, `keys/${keyId(publicPart(jwk))}.json`, key)
  return key
}
