import { type Bytes, concat } from "../bytes.ts"
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

export interface Frame {
  readonly kind: FrameKind
  readonly payload: Bytes
}

/** Header of a frame with `length` payload bytes: 5 bytes. */
export function frameHeader(kind: FrameKind, length: number): Bytes {
  const header = new Uint8Array(5)
  new DataView(header.buffer).setUint32(0, length + 1)
  header[4] = kind
  return header
}

/** Reassembles frames from chunks of any size. */
export class FrameReader {
  #pending: Uint8Array[] = []
  #bytes = 0

  /** Takes a chunk and returns the frames that are now complete; throws `wire-malformed` on a bad header. */
  push(chunk: Uint8Array): readonly Frame[] {
    this.#pending.push(chunk)
    this.#bytes += chunk.length
    const frames: Frame[] = []
    for (let frame = this.#next(); frame !== null; frame = this.#next()) frames.push(frame)
    return frames
  }

  /** Bytes of an unfinished frame; not zero at the end of a stream means that it was cut. */
  get unfinished(): number {
    return this.#bytes
  }

  #next(): Frame | null {
    if (this.#bytes < 5) return null
    const header = this.#peek(5)
    const length = new DataView(header.buffer).getUint32(0)
    const kind = header[4]
    if (kind !== FRAME.message && kind !== FRAME.data) throw new ParleyError("wire-malformed", "unknown frame kind")
    const cap = kind === FRAME.message ? MAX_MESSAGE_BYTES : MAX_DATA_BYTES
    if (length < 1 || length - 1 > cap) throw new ParleyError("wire-malformed", "frame length over its cap")
    if (this.#bytes < length + 4) return null
    const whole = this.#take(length + 4)
    return { kind, payload: whole.subarray(5) }
  }

  #peek(count: number): Bytes {
    const out = new Uint8Array(count)
    let filled = 0
    for (const chunk of this.#pending) {
      const part = chunk.subarray(0, count - filled)
      out.set(part, filled)
      filled += part.length
      if (filled === count) break
    }
    return out
  }

  #take(count: number): Bytes {
    const all = this.#pending.length === 1 ? (this.#pending[0] as Uint8Array) : concat(...this.#pending)
    const rest = all.subarray(count)
    this.#pending = rest.length === 0 ? [] : [rest]
    this.#bytes = rest.length
    return new Uint8Array(all.subarray(0, count))
  }
}
