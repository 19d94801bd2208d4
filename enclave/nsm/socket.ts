import { connect, type Socket } from "node:net"
import { decodeNsmResponse, encodeNsmRequest, type NsmRequest, type NsmResponse } from "../../shared/attestation/nsm.ts"
import { type Bytes, concat } from "../../shared/bytes.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import type { Nsm } from "./nsm.ts"

/** Largest request and answer of the security module, in bytes (aws-nitro-enclaves-nsm-api, `NSM_RESPONSE_MAX_SIZE`). */
const MAX_MESSAGE_BYTES = 0x3000
const ANSWER_MS = 10_000

/** Talks to a security module over a socket: u32 big-endian length, then CBOR, one answer to each request. */
export async function connectNsm(path: string, onClosed: () => void): Promise<Nsm> {
  const socket = await opened(path)
  socket.on("close", onClosed)
  socket.on("error", onClosed)
  const chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  let turn: Promise<unknown> = Promise.resolve()
  return nsmOver((request) => {
    const answer = turn.then(() => exchange(socket, chunks, request))
    turn = answer.catch(() => undefined)
    return answer
  })
}

function nsmOver(ask: (request: NsmRequest) => Promise<NsmResponse>): Nsm {
  return {
    async attest({ nonce, publicKey, userData }) {
      const answer = await ask({ kind: "Attestation", nonce, publicKey, userData })
      if (answer.kind !== "Attestation") throw unexpected()
      return answer.document
    },
    async describePcr(index) {
      const answer = await ask({ index, kind: "DescribePCR" })
      if (answer.kind !== "DescribePCR") throw unexpected()
      return { data: answer.data, locked: answer.lock }
    },
    async extendPcr(index, data) {
      const answer = await ask({ data: new Uint8Array(data), index, kind: "ExtendPCR" })
      if (answer.kind !== "ExtendPCR") throw unexpected()
      return answer.data
    },
    async lockPcr(index) {
      const answer = await ask({ index, kind: "LockPCR" })
      if (answer.kind !== "LockPCR") throw unexpected()
    },
  }
}

async function exchange(socket: Socket, chunks: AsyncIterator<Uint8Array>, request: NsmRequest): Promise<NsmResponse> {
  const body = encodeNsmRequest(request)
  const header = new Uint8Array(4)
  new DataView(header.buffer).setUint32(0, body.length)
  socket.write(concat(header, body))
  const timer = setTimeout(() => socket.destroy(), ANSWER_MS)
  try {
    return decodeNsmResponse(await readAnswer(chunks))
  } finally {
    clearTimeout(timer)
  }
}

/** One answer and nothing after it: a module that says more than it was asked is not understood. */
async function readAnswer(chunks: AsyncIterator<Uint8Array>): Promise<Bytes> {
  let bytes: Bytes = new Uint8Array()
  for (;;) {
    const next = await chunks.next()
    if (next.done === true) throw new ParleyError("nsm-failed", "the security module closed the connection")
    bytes = concat(bytes, next.value)
    if (bytes.length < 4) continue
    const length = new DataView(bytes.buffer).getUint32(0)
    if (length > MAX_MESSAGE_BYTES || bytes.length > length + 4) throw unexpected()
    if (bytes.length === length + 4) return bytes.slice(4)
  }
}

function opened(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => resolve(socket))
    socket.once("error", () => reject(new ParleyError("nsm-failed", "the security module cannot be reached")))
  })
}

function unexpected(): ParleyError {
  return new ParleyError("nsm-failed", "the security module's answer is not understood")
}
