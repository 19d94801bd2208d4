import type { Bytes } from "../bytes.ts"
import { ParleyError } from "../errors/index.ts"

/**
 * Frames between host and enclave (SPEC.md, "Wire"): u32 big-endian length of what follows, u8 kind, payload. The
 * length is judged before anything is allocated for it: a peer may announce 4 GiB.
 */
export const FRAME = { message: 1, data: 2 } as const
export type FrameKind = (typeof FRAME)[keyof typeof FRAME]

/** Largest payload of a message frame: a run's whole set of signatures. */
export const MAX_MESSAGE_BYTES = 96 * 1024 * 1024
/** Largest payload of a data frame. */
export const MAX_DATA_BYTES = 1024 * 1024

/** Smallest buffer for a message that arrives. */
const FIRST_BUFFER_BYTES = 64 * 1024

/** A whole message, or a piece of a data frame as it arrived: bulk data is not copied to put frames together again. */
export interface Frame {
  readonly kind: FrameKind
  readonly payload: Uint8Array
}

/** Header of a frame with `length` payload bytes: 5 bytes. */
export function frameHeader(kind: FrameKind, length: number): Bytes {
  const header = new Uint8Array(5)
  new DataView(header.buffer).setUint32(0, length + 1)
  header[4] = kind
  return header
}

/** Reads frames from chunks of any size. */
export class FrameReader {
  readonly #header = new Uint8Array(5)
  #headerFilled = 0
  #left = 0
  #message = new Uint8Array()
  #messageFilled = 0

  /** Takes a chunk and returns what is now readable; throws `wire-malformed` on a bad header. */
  push(chunk: Uint8Array): readonly Frame[] {
    const frames: Frame[] = []
    for (let at = 0; at < chunk.length; ) {
      if (this.#headerFilled < 5) {
        this.#header[this.#headerFilled++] = chunk[at++] ?? 0
        if (this.#headerFilled === 5) this.#left = judgedLength(this.#header)
        continue
      }
      const piece = chunk.subarray(at, at + this.#left)
      at += piece.length
      frames.push(...this.#take(piece))
    }
    return frames
  }

  /** Whether a frame has begun and not ended; true at the end of a stream means that it was cut. */
  get unfinished(): boolean {
    return this.#headerFilled > 0
  }

  #take(piece: Uint8Array): readonly Frame[] {
    const data = this.#header[4] === FRAME.data
    if (!data) this.#append(piece)
    this.#left -= piece.length
    if (this.#left === 0) this.#headerFilled = 0
    if (data) return [{ kind: FRAME.data, payload: piece }]
    if (this.#left > 0) return []
    const payload = this.#message.subarray(0, this.#messageFilled)
    this.#message = new Uint8Array()
    this.#messageFilled = 0
    return [{ kind: FRAME.message, payload }]
  }

  /** Grows with what has arrived, not with what was announced. */
  #append(piece: Uint8Array): void {
    const needed = this.#messageFilled + piece.length
    if (needed > this.#message.length) {
      const most = this.#messageFilled + this.#left
      const grown = new Uint8Array(Math.min(most, Math.max(needed, 2 * this.#message.length, FIRST_BUFFER_BYTES)))
      grown.set(this.#message.subarray(0, this.#messageFilled))
      this.#message = grown
    }
    this.#message.set(piece, this.#messageFilled)
    this.#messageFilled = needed
  }
}

/** Bytes of payload that a header announces. */
function judgedLength(header: Uint8Array): number {
  const length = new DataView(header.buffer, header.byteOffset).getUint32(0)
  const kind = header[4]
  if (kind !== FRAME.message && kind !== FRAME.data) throw new ParleyError("wire-malformed", "unknown frame kind")
  const cap = kind === FRAME.message ? MAX_MESSAGE_BYTES : MAX_DATA_BYTES
  if (length < 2 || length - 1 > cap) throw new ParleyError("wire-malformed", "frame length outside its bounds")
  return length - 1
}
