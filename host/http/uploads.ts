import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { mkdir, rename, rm } from "node:fs/promises"
import { dirname, join } from "node:path"
import { FileStore } from "@tus/file-store"
import { Server, type Upload } from "@tus/server"
import { z } from "zod"
import { fromBase64url } from "../../shared/bytes.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { REQUEST_HEADER } from "../../shared/http/request.ts"
import { checkSchema, parseCanonical } from "../../shared/json/canonical.ts"
import { Digest } from "../../shared/json/fields.ts"
import { partyKeys } from "../../shared/protocol/granters.ts"
import { Manifest } from "../../shared/protocol/manifest.ts"
import { partPath, ROOM } from "../../shared/room/layout.ts"
import { openJws, peekJwsUnverified } from "../../shared/signed/jws.ts"
import { KINDS } from "../../shared/signed/kinds.ts"
import { listFiles, readRequired } from "../../verifier/cli/files.ts"
import type { HostConfig } from "../config/config.ts"
import type { Log } from "../log/log.ts"
import type { RoomRegistry } from "../room/registry.ts"
import { requireWithinQuota } from "../room/usage.ts"

export const UPLOADS = "/v1/uploads"

/** What an upload says it is; the size and digest come from the manifest and not from here. */
const Metadata = z.strictObject({ contract: Digest, manifest: Digest, part: z.string().regex(/^(?:0|[1-9]\d{0,3})$/) })

interface Target {
  readonly contract: string
  readonly folder: string
  readonly manifest: string
  readonly part: number
  readonly bytes: number
  readonly sha256: string
  readonly party: string
}

/** Resumable uploads of ciphertext (tus 1.0). A finished part must be the one that its owner's manifest names. */
export function uploadServer(data: string, config: HostConfig, rooms: RoomRegistry, log: Log): Server {
  const directory = join(data, "uploads")
  return new Server({
    datastore: new FileStore({ directory }),
    onUploadCreate: async (request, upload) => {
      const target = await asTusFault(() => targetOf(rooms, accessKeyOf(request), upload))
      await asTusFault(async () => {
        if (upload.size !== target.bytes)
          throw new ParleyError("manifest-mismatch", "not the size that the manifest names")
        await requireWithinQuota(rooms.folder(target.contract), target.party, config.limits.bytesPerParty)
      })
      return {}
    },
    onUploadFinish: async (request, upload) => {
      await asTusFault(async () => {
        const target = await targetOf(rooms, accessKeyOf(request), upload)
        await take(join(directory, upload.id), target)
        await rm(join(directory, `${upload.id}.json`), { force: true })
        const { contract, manifest, part, party } = target
        log.info("part-stored", { contract, manifest, part, party })
      })
      return {}
    },
    path: UPLOADS,
    relativeLocation: true,
    respectForwardedHeaders: false,
  })
}

/** The signature itself was judged before the request came here. */
function accessKeyOf(request: { readonly headers: Headers }): string {
  return peekJwsUnverified("request", fromBase64url(request.headers.get(REQUEST_HEADER) ?? "")).kid
}

async function targetOf(rooms: RoomRegistry, accessKey: string, upload: Upload): Promise<Target> {
  const { contract: digest, manifest, part } = checkSchema(upload.metadata ?? {}, Metadata)
  const contract = await rooms.contractFor(digest, accessKey)
  const folder = rooms.folder(digest)
  const name = (await listFiles(join(folder, ROOM.manifests))).find((candidate) => candidate.startsWith(`${manifest}.`))
  if (name === undefined) throw new ParleyError("not-found", "push the manifest first")
  const jws = await readRequired(join(folder, ROOM.manifests, name), KINDS.manifest.maxBytes * 2)
  const claimed = parseCanonical(peekJwsUnverified("manifest", jws).payload, Manifest, KINDS.manifest.maxBytes)
  const { payload } = await openJws("manifest", jws, Manifest, partyKeys(contract, claimed.owner))
  const named = payload.parts[Number(part)]
  if (named === undefined) throw new ParleyError("not-found", "the manifest has no such part")
  return { ...named, contract: digest, folder, manifest, part: Number(part), party: payload.owner }
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
