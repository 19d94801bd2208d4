import { createReadStream } from "node:fs"
import { join } from "node:path"
import { type DetailedError, Upload } from "tus-js-client"
import { utf8 } from "../../../shared/bytes.ts"
import { isErrorCode, ParleyError } from "../../../shared/errors/index.ts"
import { FAULT_HEADER, HostFault, REQUEST_HEADER, SignedRequest } from "../../../shared/http/request.ts"
import { parseLoose } from "../../../shared/json/canonical.ts"
import type { Manifest } from "../../../shared/protocol/manifest.ts"
import { partPath } from "../../../shared/room/layout.ts"
import type { Progress } from "../progress.ts"
import type { Room } from "../room.ts"
import { codeOf, signedHeader } from "./client.ts"
import { requireOwnUrl, UploadUrls } from "./upload-urls.ts"

const CHUNK_BYTES = 16 * 1024 * 1024
/** Faults that do not pass in the seconds that a retry takes. */
const LASTING: ReadonlySet<string> = new Set(["host-disk-full", "host-draining", "request-audience"])
const RETRY_MS = [0, 500, 1000, 3000, 5000]

/** Uploads every part of a sealed version. A cut connection, or a killed command, goes on where it was. */
export async function pushParts(
  room: Room,
  host: URL,
  contract: string,
  manifest: { digest: string; payload: Manifest },
  progress: Progress,
): Promise<number> {
  const { parts } = manifest.payload
  progress.start(
    "uploading",
    parts.reduce((sum, { bytes }) => sum + bytes, 0),
  )
  for (const [index, { bytes }] of parts.entries()) {
    await pushPart(room, host, { bytes, contract, index, manifest: manifest.digest }, progress)
  }
  progress.end()
  return parts.length
}

interface PartToPush {
  readonly contract: string
  readonly manifest: string
  readonly index: number
  readonly bytes: number
}

function pushPart(
  room: Room,
  host: URL,
  { bytes, contract, index, manifest }: PartToPush,
  progress: Progress,
): Promise<void> {
  const file = join(room.folder, partPath(manifest, index))
  let sent = 0
  return new Promise((resolve, reject) => {
    const upload = new Upload(createReadStream(file), {
      chunkSize: CHUNK_BYTES,
      endpoint: new URL("/v1/uploads", host).href,
      fingerprint: async () => `${host.origin} ${contract} ${manifest} ${index}`,
      metadata: { contract, manifest, part: String(index) },
      onBeforeRequest: async (request) => {
        requireOwnUrl(request.getURL(), host.origin)
        const { pathname } = new URL(request.getURL())
        const method = SignedRequest.shape.method.parse(request.getMethod())
        request.setHeader(REQUEST_HEADER, await signedHeader(room.home, host, method, pathname, new Uint8Array()))
      },
      onError: (error) => reject(failure(host, error)),
      onProgress: (now) => {
        progress.advance(now - sent)
        sent = now
      },
      onShouldRetry: (error) => isPassing(error) && !LASTING.has(failure(host, error).code),
      onSuccess: () => resolve(),
      removeFingerprintOnSuccess: true,
      retryDelays: RETRY_MS,
      uploadSize: bytes,
      urlStorage: new UploadUrls(room.home),
    })
    upload.findPreviousUploads().then(
      ([previous]) => {
        if (previous !== undefined) upload.resumeFromPreviousUpload(previous)
        upload.start()
      },
      (cause: unknown) =>
        reject(new ParleyError("file-io", "the list of unfinished uploads cannot be read", { cause })),
    )
  })
}

/** A cut line, a host that is busy with this very upload, or one that failed: soon it may be otherwise. */
function isPassing(error: DetailedError | Error): boolean {
  if (ownFault(error) !== null) return false
  const status = answerOf(error)?.getStatus() ?? 0
  return status < 400 || status === 409 || status === 423 || status >= 500
}

/** What this side has found wrong with the host's answers, and the upload library hands on. */
function ownFault(error: DetailedError | Error): ParleyError | null {
  if (error instanceof ParleyError) return error
  return "causingError" in error && error.causingError instanceof ParleyError ? error.causingError : null
}

function answerOf(error: DetailedError | Error): DetailedError["originalResponse"] {
  return "originalResponse" in error ? error.originalResponse : null
}

function failure(host: URL, error: DetailedError | Error): ParleyError {
  const own = ownFault(error)
  if (own !== null) return own
  const answer = answerOf(error)
  if (answer === null) return new ParleyError("host-unreachable", `${host.origin} does not answer`)
  const named = answer.getHeader(FAULT_HEADER)
  if (named !== undefined && isErrorCode(named)) return new ParleyError(named, "the host cannot go on with the upload")
  const body = answer.getBody()
  try {
    const fault = parseLoose(utf8(body), HostFault, 16 * 1024)
    return new ParleyError(codeOf(fault), fault.message)
  } catch {
    return new ParleyError("host-refused", "the upload was refused")
  }
}
