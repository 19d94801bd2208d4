import type { Bytes } from "../../shared/bytes.ts"
import { type ErrorCode, ParleyError } from "../../shared/errors/index.ts"
import type { RoomFiles } from "../../shared/room/files.ts"
import { parseSignaturePath } from "../../shared/room/layout.ts"
import { peekJwsUnverified } from "../../shared/signed/jws.ts"
import { KINDS, type Kind } from "../../shared/signed/kinds.ts"

/** Most files that are looked at in one folder of a room; a host could put in any number. */
const MAX_FILES = 20_000

/** A file of a room that was not used, and why. Whoever carries the room can add rubbish; it must not stop anybody. */
export interface RejectedFile {
  readonly path: string
  readonly code: ErrorCode
}

/** What a folder held: the objects that verified, and the files that did not. */
export interface Found<T> {
  readonly objects: readonly T[]
  readonly rejected: readonly RejectedFile[]
}

/** One signature file, unverified: only its name has been compared with its content. */
export interface SignatureFile {
  readonly path: string
  readonly digest: string
  readonly kid: string
  readonly jws: Bytes
  readonly payload: Bytes
}

/** Reads a folder's signature files. A file whose name is not that of its content is rejected. */
export async function signatureFiles(files: RoomFiles, folder: string, kind: Kind): Promise<Found<SignatureFile>> {
  const names = await files.list(folder)
  if (names.length > MAX_FILES) throw new ParleyError("json-too-large", `${folder}: more than ${MAX_FILES} files`)
  const objects: SignatureFile[] = []
  const rejected: RejectedFile[] = []
  for (const name of names) {
    const path = `${folder}/${name}`
    await collect(path, objects, rejected, () => readSignature(files, path, kind))
  }
  return { objects, rejected }
}

/** Runs one verification and files its outcome under `objects` or `rejected`. */
export async function collect<T>(
  path: string,
  objects: T[],
  rejected: RejectedFile[],
  verify: () => Promise<T>,
): Promise<void> {
  try {
    objects.push(await verify())
  } catch (cause) {
    if (!(cause instanceof ParleyError)) throw cause
    rejected.push({ code: cause.code, path })
  }
}

async function readSignature(files: RoomFiles, path: string, kind: Kind): Promise<SignatureFile> {
  const named = parseSignaturePath(path)
  if (named === null) throw new ParleyError("jws-malformed", `${path}: not the name of a signature file`)
  const jws = await files.read(path, envelopeBytes(kind))
  if (jws === null) throw new ParleyError("file-missing", `${path} is gone`)
  const { digest, kid, payload } = peekJwsUnverified(kind, jws)
  if (digest !== named.digest || kid !== named.kid) {
    throw new ParleyError("jws-malformed", `${path}: the name is not that of its content`)
  }
  return { digest, jws, kid, path, payload }
}

/** Largest JWS file of a kind: the payload in base64url, header and signature. */
function envelopeBytes(kind: Kind): number {
  return Math.ceil((KINDS[kind].maxBytes * 4) / 3) + 4096
}
