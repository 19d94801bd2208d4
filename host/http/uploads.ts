import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { mkdir, rename, rm } from "node:fs/promises"
import { dirname, join } from "node:path"
import { FileStore } from "@tus/file-store"
import { Server, type Upload } from "@tus/server"
import { fromBase64url } from "../../shared/bytes.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { REQUEST_HEADER } from "../../shared/http/request.ts"
import { checkSchema } from "../../shared/json/canonical.ts"
import { partPath, ROOM } from "../../shared/room/layout.ts"
import { peekJwsUnverified } from "../../shared/signed/jws.ts"
import { keyId } from "../../shared/signed/keys.ts"
import { KINDS } from "../../shared/signed/kinds.ts"
import { listFiles, readRequired } from "../../verifier/cli/files.ts"
import type { Log } from "../log/log.ts"
import { openManifest } from "../room/party-object.ts"
import type { RoomRegistry } from "../room/registry.ts"
import type { Usage } from "../room/usage.ts"
import { GivenMetadata, KeptMetadata, type OpenUploads } from "./open-uploads.ts"
import { ROUTES } from "./openapi.ts"

interface Target {
  readonly contract: string
  readonly folder: string
  readonly manifest: string
  readonly part: number
  readonly bytes: number
  readonly sha256: string
  readonly party: string
}

/** What takes uploads, and what they are held against. */
export interface UploadOptions {
  readonly open: OpenUploads
  readonly usage: Usage
  readonly rooms: RoomRegistry
  readonly log: Log
}

/** Resumable uploads of ciphertext (tus 1.0). A finished part must be the one that its owner's manifest names. */
export function uploadServer({ log, open, rooms, usage }: UploadOptions): Server {
  const { directory } = open
  return new Server({
    datastore: new FileStore({ directory }),
    onUploadCreate: (request, upload) =>
      asTusFault(async () => {
        const given = checkSchema(upload.metadata ?? {}, GivenMetadata)
        const target = await targetOf(rooms, accessKeyOf(request), given)
        await requireFits(usage, target, upload)
        await open.dropOthers(target)
        return { metadata: { ...given, party: target.party } }
      }),
    onUploadFinish: (request, upload) =>
      asTusFault(async () => {
        const { party: _, ...given } = checkSchema(upload.metadata ?? {}, KeptMetadata)
        const target = await targetOf(rooms, accessKeyOf(request), given)
        await take(join(directory, upload.id), target)
        await rm(join(directory, `${upload.id}.json`), { force: true })
        const { contract, manifest, part, party } = target
        log.info("part-stored", { contract, manifest, part, party })
        return {}
      }),
    path: ROUTES.upload.path,
    relativeLocation: true,
    respectForwardedHeaders: false,
  })
}

async function requireFits(usage: Usage, target: Target, { size }: Upload): Promise<void> {
  if (size !== target.bytes) throw new ParleyError("manifest-mismatch", "not the size that the manifest names")
  await usage.requireLeft(target.party, (await usage.isStored(target)) ? target.bytes : 0)
}

/** The signature itself was judged before the request came here. */
function accessKeyOf(request: { readonly headers: Headers }): string {
  return peekJwsUnverified("request", fromBase64url(request.headers.get(REQUEST_HEADER) ?? "")).kid
}

/** The part that is uploaded. Only its owner uploads it: another party could drop the owner's upload by a new one. */
async function targetOf(rooms: RoomRegistry, accessKey: string, given: GivenMetadata): Promise<Target> {
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
  return { ...named, contract: digest, folder, manifest, part: Number(part), party: opened.owner }
}

async function take(file: string, { bytes, folder, manifest, part, sha256 }: Target): Promise<void> {
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

/** tus answers with what is thrown, when it has this shape. */
async function asTusFault<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const error = cause instanceof ParleyError ? cause : new ParleyError("internal", "internal error")
    const { code, message, todo } = error
    throw {
      body: JSON.stringify({ code, message, todo }),
      status_code: code === "not-found" ? 404 : code === "quota-exceeded" ? 413 : 400,
    }
  }
}
