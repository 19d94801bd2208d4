import { join } from "node:path"
import { z } from "zod"
import { equalBytes } from "../../shared/bytes.ts"
import type { Contract } from "../../shared/contract/contract.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { parseSignaturePath, ROOM } from "../../shared/room/layout.ts"
import { openJws, peekJwsUnverified } from "../../shared/signed/jws.ts"
import type { Kind } from "../../shared/signed/kinds.ts"
import { listFiles, readCapped, writeAtomically } from "../../verifier/cli/files.ts"

const MAX_OBJECT_BYTES = 8 * 1024 * 1024

/** Folders that parties write into, with the kind of object that belongs there. Everything else is the host's own. */
export const WRITABLE: Readonly<Record<string, Kind>> = {
  [ROOM.cancellations]: "cancellation",
  [ROOM.contractSignatures]: "contract",
  [ROOM.endings]: "ending",
  [ROOM.grants]: "grant",
  [ROOM.manifests]: "manifest",
  [ROOM.proposals]: "proposal",
  [ROOM.rejections]: "rejection",
  [ROOM.tokens]: "token",
}

/** Folders that parties read. */
export const READABLE: readonly string[] = [...Object.keys(WRITABLE), ROOM.receipts, ROOM.refusals, ROOM.results]

/**
 * Stores one signed object. The host checks it only to keep rubbish out: nobody relies on that. Objects never change:
 * the same bytes again are fine, other bytes under the name are a conflict.
 */
export async function storeObject(
  room: string,
  contract: Contract,
  folder: string,
  name: string,
  bytes: Uint8Array,
  mostObjects: number,
): Promise<"created" | "known"> {
  const kind = WRITABLE[folder]
  const named = parseSignaturePath(name)
  if (kind === undefined || named === null || name.includes("/")) throw new ParleyError("not-found", "no such place")
  const { digest, kid } = peekJwsUnverified(kind, bytes)
  if (digest !== named.digest || kid !== named.kid)
    throw new ParleyError("jws-malformed", "the name is not the content's")
  const keys = contract.parties.flatMap(({ card }) => card.signingKeys.map(({ jwk }) => jwk))
  await openJws(kind, bytes, z.unknown(), keys)
  const path = join(room, folder, name)
  const before = await readCapped(path, MAX_OBJECT_BYTES)
  if (before !== null) {
    if (equalBytes(before, bytes)) return "known"
    throw new ParleyError("object-conflict", "another signature is stored under this name")
  }
  if ((await listFiles(join(room, folder))).length >= mostObjects)
    throw new ParleyError("quota-exceeded", "too many objects")
  await writeAtomically(path, bytes)
  return "created"
}
