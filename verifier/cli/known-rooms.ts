import { resolve } from "node:path"
import * as z from "zod"
import type { Contract } from "../../shared/contract/contract.ts"
import { canonicalText } from "../../shared/json/canonical.ts"
import { Digest } from "../../shared/json/fields.ts"
import { listFiles } from "./files.ts"
import { type Home, inHome, readHomeJson, writeHomeJson } from "./home.ts"
import type { Room } from "./room.ts"

/** Where a contract's room is on this machine: an amendment is found from its predecessor's room, and the other way. */
const KnownRoom = z.strictObject({
  contract: Digest,
  folder: z.string().max(4096),
  host: z.string().max(2000).nullable(),
  predecessor: Digest.nullable(),
})
export type KnownRoom = z.infer<typeof KnownRoom>

export async function knownRooms(home: Home): Promise<readonly KnownRoom[]> {
  const names = await listFiles(inHome(home, "rooms"))
  return Promise.all(names.map((name) => readHomeJson(home, `rooms/${name}`, KnownRoom)))
}

export async function rememberRoom({ folder, home, host }: Room, contract: Contract, digest: string): Promise<void> {
  const { predecessor } = contract
  const room: KnownRoom = { contract: digest, folder: resolve(folder), host: host?.href ?? null, predecessor }
  const before = (await knownRooms(home)).find((known) => known.contract === digest)
  if (before === undefined || canonicalText(before) !== canonicalText(room)) {
    await writeHomeJson(home, `rooms/${digest}.json`, room)
  }
}
