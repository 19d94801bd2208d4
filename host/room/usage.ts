import { join } from "node:path"
import { ParleyError } from "../../shared/errors/index.ts"
import { parseCanonical } from "../../shared/json/canonical.ts"
import { Manifest } from "../../shared/protocol/manifest.ts"
import { ROOM } from "../../shared/room/layout.ts"
import { peekJwsUnverified } from "../../shared/signed/jws.ts"
import { KINDS } from "../../shared/signed/kinds.ts"
import { listFiles, readRequired } from "../../verifier/cli/files.ts"

/** How much ciphertext a party keeps in a room: what its manifests there announce. */
export async function requireWithinQuota(room: string, party: string, most: number): Promise<void> {
  let bytes = 0
  for (const name of await listFiles(join(room, ROOM.manifests))) {
    const jws = await readRequired(join(room, ROOM.manifests, name), KINDS.manifest.maxBytes * 2)
    const manifest = parseCanonical(peekJwsUnverified("manifest", jws).payload, Manifest, KINDS.manifest.maxBytes)
    if (manifest.owner === party) bytes += manifest.parts.reduce((sum, part) => sum + part.bytes, 0)
  }
  if (bytes > most) throw new ParleyError("quota-exceeded", `${party} announces ${bytes} bytes, at most ${most}`)
}
