import type { Socket } from "node:net"
import { ParleyError } from "../../shared/errors/index.ts"
import { canonicalBytes, parseLoose } from "../../shared/json/canonical.ts"
import { FRAME, type Frame, FrameReader, frameHeader, MAX_MESSAGE_BYTES } from "../../shared/wire/frames.ts"
import { EnclaveRequest, type EnclaveResponse } from "../../shared/wire/messages.ts"

/** How long a peer may stay silent inside a frame or between the data frames of a part, in milliseconds. */
const SILENCE_MS = 60_000

/** One host connection: frames in, answers out. Reading stops while nobody asks for the next frame (back pressure). */
export class Connection {
  readonly #socket: Socket
  readonly #frames: AsyncGenerator<Frame>
  /** Bytes of an announced part that have not been read. */
  #dataLeft = 0

  constructor(socket: Socket) {
    this.#socket = socket
    this.#frames = readFrames(socket)
  }

  /** The next request, or null when the host has closed the connection between two requests. */
  async request(): Promise<EnclaveRequest | null> {
    this.#socket.setTimeout(0)
    const next = await this.#frames.next()
    if (next.done === true) return null
    if (next.value.kind !== FRAME.message) throw new ParleyError("wire-malformed", "data frame outside a part")
    return parseLoose(next.value.payload, EnclaveRequest, MAX_MESSAGE_BYTES)
  }

  /** Exactly `bytes` bytes of ciphertext that follow a `part` request. */
  data(bytes: number): AsyncGenerator<Uint8Array> {
    this.#socket.setTimeout(SILENCE_MS)
    this.#dataLeft = bytes
    return this.#readData()
  }

  async *#readData(): AsyncGenerator<Uint8Array> {
    while (this.#dataLeft > 0) yield await this.#nextData()
  }

  /**
   * Reads on to the end of a part that was refused half-way. Closing with bytes unread resets the connection, and the
   * host might never see the refusal.
   */
  async skipData(): Promise<void> {
    while (this.#dataLeft > 0) await this.#nextData()
  }

  async #nextData(): Promise<Uint8Array> {
    const next = await this.#frames.next()
    if (next.done === true) throw new ParleyError("wire-malformed", "connection closed within a part")
    const { kind, payload } = next.value
    if (kind !== FRAME.data || payload.length > this.#dataLeft) {
      throw new ParleyError("wire-malformed", "not the data that was announced")
    }
    this.#dataLeft -= payload.length
    return payload
  }

  async answer(response: EnclaveResponse): Promise<void> {
    const payload = canonicalBytes(response)
    await this.#write(frameHeader(FRAME.message, payload.length))
    await this.#write(payload)
  }

  /** Closes after everything written has left. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket.destroyed) return resolve()
      this.#socket.once("close", () => resolve())
      this.#socket.end(() => this.#socket.destroy())
    })
  }

  #write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => (error ? reject(error) : resolve()))
    })
  }
}

async function* readFrames(socket: Socket): AsyncGenerator<Frame> {
  const reader = new FrameReader()
  socket.on("timeout", () => socket.destroy(new ParleyError("wire-malformed", "the peer fell silent")))
  for await (const chunk of socket) {
    if (reader.unfinished) socket.setTimeout(SILENCE_MS)
    yield* reader.push(chunk as Uint8Array)
  }
  if (reader.unfinished) throw new ParleyError("wire-malformed", "connection closed within a frame")
}
