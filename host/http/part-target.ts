import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { mkdir, rename, rm } from "node:fs/promises"
import { dirname, join } from "node:path"
import { ParleyError } from "../../shared/errors/index.ts"
import { partPath, ROOM } from "../../shared/room/layout.ts"
import { keyId } from "../../shared/signed/keys.ts"
import { KINDS } from "../../shared/signed/kinds.ts"
import { listFiles, readRequired } from "../../verifier/cli/files.ts"
import { isPurged } from "../purge/mark.ts"
import { openManifest } from "../room/party-object.ts"
import type { RoomRegistry } from "../room/registry.ts"
import type { GivenMetadata } from "./open-uploads.ts"

/** A part that its owner's manifest names, and where it belongs. */
export interface PartTarget {
  readonly contract: string
  readonly folder: string
  readonly manifest: string
  readonly part: number
  readonly bytes: number
  readonly sha256: string
  readonly party: string
}

/** The part that is uploaded. Only its owner uploads it: another party could drop the owner's upload by a new one. */
export async function partTarget(rooms: RoomRegistry, accessKey: string, given: GivenMetadata): Promise<PartTarget> {
  const { contract: digest, manifest, part } = given
  const contract = await rooms.contractFor(digest, accessKey)
  const folder = rooms.folder(digest)
  const name = (await listFiles(join(folder, ROOM.manifests))).find((candidate) => candidate.startsWith(`${manifest}.`))
  if (name === undefined) throw new ParleyError("not-found", "push the manifest first")
  const jws = await readRequired(join(folder, ROOM.manifests, name), KINDS.manifest.maxBytes * 2)
  const { manifest: opened } = await openManifest(contract, digest, jws)
  const owner = contract.parties.find(({ card }) => card.name === opened.owner)
  if (owner === undefined || keyId(owner.card.accessKey) !== accessKey)
    throw new ParleyError("not-found", "no dataset of this party")
  const named = opened.parts[Number(part)]
  if (named === undefined) throw new ParleyError("not-found", "the manifest has no such part")
  if (await isPurged(folder, manifest))
    throw new ParleyError("not-found", "the operator has deleted this version; seal a new one")
  return { ...named, contract: digest, folder, manifest, part: Number(part), party: opened.owner }
}

export function requireSize({ bytes }: PartTarget, size: number | undefined): void {
  if (size !== bytes) throw new ParleyError("manifest-mismatch", "not the size that the manifest names")
}

/** Holds a finished upload against the manifest and puts it in its place. */
export async function takePart(file: string, { bytes, folder, manifest, part, sha256 }: PartTarget): Promise<void> {
  const digest = createHash("sha256")
  let length = 0
  for await (const chunk of createReadStream(file)) {
    digest.update(chunk as Buffer)
    length += (chunk as Buffer).length
  }
  if (length !== bytes || digest.digest("hex") !== sha256) {
    await rm(file, { force: true })
    throw new ParleyError("manifest-mismatch", "the uploaded bytes are not the part that the manifest names")
  }
  const path = join(folder, partPath(manifest, part))
  await mkdir(dirname(path), { recursive: true })
  await rename(file, path)
}
