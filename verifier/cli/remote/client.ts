import { createHash, randomBytes } from "node:crypto"
import { toBase64url } from "../../../shared/bytes.ts"
import { type ErrorCode, isErrorCode, ParleyError } from "../../../shared/errors/index.ts"
import { HostFault, REQUEST_HEADER, type SignedRequest } from "../../../shared/http/request.ts"
import { parseLoose } from "../../../shared/json/canonical.ts"
import { instant } from "../../../shared/json/instant.ts"
import { MAX_SESSION_EVIDENCE_BYTES, SessionEvidence } from "../../../shared/protocol/session.ts"
import { signJws } from "../../../shared/signed/jws.ts"
import type { Home } from "../home.ts"
import { localKey } from "../keys.ts"
import type { Room } from "../room.ts"

const TIMEOUT_MS = 60_000

/** One request, signed by this party's access key. */
export interface HostRequest {
  readonly method: SignedRequest["method"]
  readonly path: string
  readonly body?: Uint8Array
  readonly maxBytes: number
}

/**
 * The header that proves who asks. Every request is signed anew, and for one host: its log, or the host itself, could
 * otherwise replay it here or at another one.
 */
export async function signedHeader(
  home: Home,
  host: URL,
  method: SignedRequest["method"],
  path: string,
  body: Uint8Array,
): Promise<string> {
  const request: SignedRequest = {
    at: instant(new Date()),
    audience: host.origin,
    bodySha256: createHash("sha256").update(body).digest("hex"),
    format: "parley/request/v1",
    method,
    nonce: toBase64url(randomBytes(16)),
    path,
  }
  const { jwk } = await localKey(home, "access")
  return toBase64url(await signJws("request", request, jwk))
}

/** Sends a signed request; null when there is no such object. Whatever comes back is untrusted and capped. */
export async function askHost(
  home: Home,
  host: URL,
  { body, maxBytes, method, path }: HostRequest,
): Promise<Uint8Array | null> {
  const bytes = body ?? new Uint8Array()
  const header = await signedHeader(home, host, method, path, bytes)
  const response = await reach(host, () =>
    fetch(new URL(path, host), {
      headers: {
        [REQUEST_HEADER]: header,
        ...(body === undefined ? {} : { "content-type": "application/octet-stream" }),
      },
      method,
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined ? {} : { body: new Uint8Array(body) }),
    }),
  )
  const answer = await reach(host, () => readCapped(response, maxBytes))
  if (response.ok) return answer
  const fault = readFault(answer)
  if (response.status === 404 && fault.code === "not-found" && method === "GET") return null
  throw new ParleyError(codeOf(fault), `${method} ${path}: ${fault.message}`)
}

export async function postNonce(room: Room, host: URL, contract: string, nonce: string): Promise<SessionEvidence> {
  const body = new TextEncoder().encode(JSON.stringify({ nonce }))
  const path = `/v1/contracts/${contract}/sessions`
  const answer = await askHost(room.home, host, { body, maxBytes: MAX_SESSION_EVIDENCE_BYTES, method: "POST", path })
  if (answer === null) throw new ParleyError("enclave-unreachable", "the host has no enclave for this contract")
  return parseLoose(answer, SessionEvidence, MAX_SESSION_EVIDENCE_BYTES)
}

/** A host that fails is no defect of this machine's Parley. */
export function codeOf({ code }: HostFault): ErrorCode {
  return isErrorCode(code) && code !== "internal" ? code : "host-refused"
}

async function reach<T>(host: URL, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof ParleyError) throw cause
    throw new ParleyError("host-unreachable", `${host.origin} does not answer`, { cause })
  }
}

async function readCapped(response: Response, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new ParleyError("json-too-large", `the host's answer is over ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function readFault(answer: Uint8Array): HostFault {
  try {
    return parseLoose(answer, HostFault, 16 * 1024)
  } catch {
    return { code: "host-refused", message: "an answer that is not understood", todo: "" }
  }
}
