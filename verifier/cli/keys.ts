import { ParleyError } from "../../shared/errors/index.ts"
import { keyId } from "../../shared/signed/keys.ts"
import { listFiles } from "./files.ts"
import { type Home, inHome, LocalKey, readHomeJson } from "./home.ts"

/** All private keys of a home. */
export async function localKeys(home: Home): Promise<readonly LocalKey[]> {
  const names = await listFiles(inHome(home, "keys"))
  return Promise.all(names.map((name) => readHomeJson(home, `keys/${name}`, LocalKey)))
}

/** The key of a use; `kid` (or its beginning) chooses when there are several. */
export async function localKey(home: Home, use: LocalKey["use"], kid?: string): Promise<LocalKey> {
  const keys = (await localKeys(home)).filter((key) => key.use === use)
  const chosen = kid === undefined ? keys : keys.filter(({ jwk }) => keyId(jwk).startsWith(kid))
  const [key, ...others] = chosen
  if (key === undefined) {
    throw new ParleyError("file-missing", `no such ${use} key in ${home.folder}`, { todo: "See `parley key show`." })
  }
  if (others.length > 0) throw new ParleyError("usage", `several ${use} keys: choose one with --key`)
  return key
}
