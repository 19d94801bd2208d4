import type { Bytes } from "../bytes.ts"

/** A piece of a stream; `last` is known because one byte beyond it was waited for. */
export interface Piece {
  readonly bytes: Bytes
  readonly index: number
  readonly last: boolean
}

/** Cuts chunks of any size into pieces of `sizeOf(index)` bytes; only the last one is shorter, or empty if it is the first. */
export async function* rechunk(
  source: AsyncIterable<Uint8Array>,
  sizeOf: (index: number) => number,
): AsyncGenerator<Piece> {
  let index = 0
  let piece = new Uint8Array(sizeOf(0))
  let filled = 0
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      if (filled === piece.length) {
        yield { bytes: piece, index, last: false }
        index++
        piece = new Uint8Array(sizeOf(index))
        filled = 0
      }
      const taken = Math.min(piece.length - filled, chunk.length - at)
      piece.set(chunk.subarray(at, at + taken), filled)
      filled += taken
      at += taken
    }
  }
  yield { bytes: piece.slice(0, filled), index, last: true }
}
