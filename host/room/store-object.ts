import { join } from "node:path"
import { equalBytes } from "../../shared/bytes.ts"
import type { Contract } from "../../shared/contract/contract.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { NOTICES } from "../../shared/http/notice.ts"
import { parseSignaturePath, ROOM } from "../../shared/room/layout.ts"
import { listFiles, readCapped, writeAtomically } from "../../verifier/cli/files.ts"
import { kidsOf, openManifest, openPartyObject, WRITABLE } from "./party-object.ts"
import { announcedBytes, type Usage } from "./usage.ts"

const MAX_OBJECT_BYTES = 8 * 1024 * 1024
/** Signatures under amendments that one party may put into one room. */
const MAX_AMENDMENT_SIGNATURES = 64

/** Folders that parties read. */
export const READABLE: readonly string[] = [...WRITABLE, NOTICES, ROOM.receipts, ROOM.refusals, ROOM.results]

/** A room of this host and what may be kept there. */
export interface StorePlace {
  /** Folder of the room. */
  readonly room: string
  readonly contract: Contract
  /** The contract's digest. */
  readonly digest: string
  readonly mostObjects: number
  readonly usage: Usage
}

/** One signed object, as it came. */
export interface GivenObject {
  readonly folder: string
  readonly name: string
  readonly bytes: Uint8Array
}

/**
 * Stores one signed object. The host checks it only to keep rubbish out: nobody relies on that. Objects never change:
 * the same bytes again are fine, other bytes under the name are a conflict.
 */
export async function storeObject(place: StorePlace, given: GivenObject): Promise<"created" | "known"> {
  const { bytes, folder, name } = given
  const named = parseSignaturePath(name)
  if (named === null || name.includes("/")) throw new ParleyError("not-found", "no such place")
  const { digest, kid, party } = await openPartyObject(place, folder, bytes)
  if (digest !== named.digest || kid !== named.kid)
    throw new ParleyError("jws-malformed", "the name is not the content's")
  const path = join(place.room, folder, name)
  const before = await readCapped(path, MAX_OBJECT_BYTES)
  if (before !== null) {
    if (equalBytes(before, bytes)) return "known"
    throw new ParleyError("object-conflict", "another signature is stored under this name")
  }
  await requireObjectsLeft(place, party)
  if (folder === ROOM.contractSignatures && digest !== place.digest) await requireAmendmentsLeft(place, party)
  if (folder === ROOM.manifests) await requireBytesLeft(place, bytes)
  await writeAtomically(path, bytes)
  return "created"
}

/** Counts the party's own objects: one party's flood must not close the room to the others. */
async function requireObjectsLeft({ contract, mostObjects, room }: StorePlace, party: string): Promise<void> {
  const kids = kidsOf(contract, party)
  const names = (await Promise.all(WRITABLE.map((folder) => listFiles(join(room, folder))))).flat()
  const own = names.filter((name) => kids.has(parseSignaturePath(name)?.kid ?? ""))
  if (own.length >= mostObjects) throw new ParleyError("quota-exceeded", `${party} keeps ${own.length} objects here`)
}

/** Amendments cost nothing to sign, and every reader of the room judges them all. */
async function requireAmendmentsLeft({ contract, digest, room }: StorePlace, party: string): Promise<void> {
  const kids = kidsOf(contract, party)
  const named = (await listFiles(join(room, ROOM.contractSignatures))).map(parseSignaturePath)
  const own = named.filter((name) => name !== null && name.digest !== digest && kids.has(name.kid))
  if (own.length >= MAX_AMENDMENT_SIGNATURES)
    throw new ParleyError("quota-exceeded", `${party} has signed ${own.length} amendments here`)
}

/** A manifest that announces too much is refused: stored, it would stop its owner's every later upload. */
async function requireBytesLeft({ contract, digest, usage }: StorePlace, bytes: Uint8Array): Promise<void> {
  const opened = await openManifest(contract, digest, bytes).catch(() => null)
  if (opened !== null) await usage.requireLeft(opened.manifest.owner, announcedBytes(opened.manifest))
}
