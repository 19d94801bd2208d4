import { keyId, PublicJwk } from "../../../shared/signed/keys.ts"
import { listFiles } from "../files.ts"
import { type Home, inHome, readHomeJson, writeHomeJson } from "../home.ts"

/** Signing keys of the boots that this party has verified: refusals are judged by them. */
export async function rememberEnclaveKey(home: Home, key: PublicJwk): Promise<void> {
  await writeHomeJson(home, `enclave-keys/${keyId(key)}.json`, key)
}

export async function knownEnclaveKeys(home: Home): Promise<readonly PublicJwk[]> {
  const names = await listFiles(inHome(home, "enclave-keys"))
  return Promise.all(names.map((name) => readHomeJson(home, `enclave-keys/${name}`, PublicJwk)))
}
