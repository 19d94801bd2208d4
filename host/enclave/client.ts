import { connect, type Socket } from "node:net"
import { ParleyError } from "../../shared/errors/index.ts"
import { canonicalBytes, parseLoose } from "../../shared/json/canonical.ts"
import {
  FRAME,
  type Frame,
  FrameReader,
  frameHeader,
  MAX_DATA_BYTES,
  MAX_MESSAGE_BYTES,
} from "../../shared/wire/frames.ts"
import { type EnclaveRequest, EnclaveResponse } from "../../shared/wire/messages.ts"

/** One connection to an enclave: one request at a time, each with its answer. */
export class EnclaveClient {
  readonly #socket: Socket
  readonly #frames: AsyncGenerator<Frame>
  #turn: Promise<unknown> = Promise.resolve()
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>

  private constructor(socket: Socket) {
    this.#socket = socket
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()))
    socket.on("timeout", () => socket.destroy())
    this.#frames = readFrames(socket)
  }

  static async connect(path: string): Promise<EnclaveClient> {
    return new EnclaveClient(await opened(path))
  }

  /** Resolves when nothing is asked on this connection any more. */
  get idle(): Promise<unknown> {
    return this.#turn
  }

  /** Sends a request and reads its answer; `timeoutMs` of silence ends the connection. */
  request(request: EnclaveRequest, timeoutMs: number): Promise<EnclaveResponse> {
    return this.#inTurn(timeoutMs, async () => {
      await this.#send(request)
      return this.#answer()
    })
  }

  /**
   * Announces a part and streams its ciphertext, no faster than the enclave reads. An enclave may answer before it has
   * read everything, when a segment does not authenticate: then the rest is not sent.
   */
  part(
    request: Extract<EnclaveRequest, { op: "part" }>,
    source: AsyncIterable<Uint8Array>,
    timeoutMs: number,
  ): Promise<EnclaveResponse> {
    return this.#inTurn(timeoutMs, async () => {
      await this.#send(request)
      let answered = false
      const answer = this.#answer().finally(() => {
        answered = true
      })
      // Its failure is seen below.
      answer.catch(() => undefined)
      for await (const chunk of source) {
        for (let at = 0; at < chunk.length && !answered; at += MAX_DATA_BYTES) {
          await this.#data(chunk.subarray(at, at + MAX_DATA_BYTES)).catch(() => answer)
        }
        if (answered) break
      }
      return answer
    })
  }

  /** Runs one exchange after the other; an enclave that neither reads nor writes for so long is given up. */
  #inTurn<T>(timeoutMs: number, work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(async () => {
      this.#socket.setTimeout(timeoutMs)
      try {
        return await work()
      } finally {
        this.#socket.setTimeout(0)
      }
    })
    this.#turn = result.catch(() => undefined)
    return result
  }

  async #send(request: EnclaveRequest): Promise<void> {
    const payload = canonicalBytes(request)
    await write(this.#socket, frameHeader(FRAME.message, payload.length))
    await write(this.#socket, payload)
  }

  async #data(chunk: Uint8Array): Promise<void> {
    await write(this.#socket, frameHeader(FRAME.data, chunk.length))
    await write(this.#socket, chunk)
  }

  async #answer(): Promise<EnclaveResponse> {
    try {
      const next = await this.#frames.next()
      if (next.done === true) throw gone()
      return parseLoose(next.value.payload, EnclaveResponse, MAX_MESSAGE_BYTES)
    } catch (cause) {
      throw cause instanceof ParleyError ? cause : gone()
    }
  }
}

async function* readFrames(socket: Socket): AsyncGenerator<Frame> {
  const reader = new FrameReader()
  for await (const chunk of socket) yield* reader.push(chunk as Uint8Array)
}

function opened(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    socket.once("connect", () => {
      socket.on("error", () => socket.destroy())
      resolve(socket)
    })
    socket.once("error", () => reject(gone()))
  })
}

function write(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(gone()) : resolve()))
  })
}

function gone(): ParleyError {
  return new ParleyError("enclave-unreachable", "the enclave has closed the connection")
}
