import { type Bytes, concat } from "../bytes.ts"
import { ParleyError } from "../errors/index.ts"
import { partAssociatedData } from "./header.ts"
import { mapInOrder } from "./in-order.ts"
import { type Piece, rechunk } from "./rechunk.ts"
import { fullSegment, HEADER_BYTES, partKey, segmentAlgorithm, TAG_BYTES } from "./segment.ts"

export interface PartToOpen {
  readonly dataKey: Uint8Array
  readonly headerDigest: Uint8Array
  readonly index: number
  readonly last: boolean
  readonly source: AsyncIterable<Uint8Array>
}

/**
 * Decrypts one part as it streams. Every yielded chunk has authenticated; the part as a whole has only when the
 * generator ends without an error, since a cut at a segment's end shows in the last segment alone.
 */
export async function* openPart(part: PartToOpen): AsyncGenerator<Bytes> {
  const stream = part.source[Symbol.asyncIterator]()
  const { header, rest } = await takeHeader(stream)
  const associatedData = partAssociatedData(part.headerDigest, part.index, part.last)
  const key = await partKey(part.dataKey, header, associatedData, "decrypt")
  yield* mapInOrder(rechunk(continued(rest, stream), fullSegment), (piece) => openSegment(key, header, piece))
}

async function openSegment(key: CryptoKey, header: Uint8Array, { bytes, index, last }: Piece): Promise<Bytes> {
  if (bytes.length < TAG_BYTES) throw new ParleyError("sealed-truncated", `segment ${index} is cut`)
  try {
    return new Uint8Array(await crypto.subtle.decrypt(segmentAlgorithm(header, index, last), key, bytes))
  } catch {
    throw new ParleyError("sealed-not-authentic", `segment ${index} does not authenticate`)
  }
}

async function takeHeader(stream: AsyncIterator<Uint8Array>): Promise<{ header: Bytes; rest: Bytes }> {
  let taken: Bytes = new Uint8Array()
  while (taken.length < HEADER_BYTES) {
    const next = await stream.next()
    if (next.done === true) throw new ParleyError("sealed-truncated", "the header is cut")
    taken = concat(taken, next.value)
  }
  if (taken[0] !== HEADER_BYTES) throw new ParleyError("sealed-not-authentic", "not the header of a sealed part")
  return { header: taken.slice(0, HEADER_BYTES), rest: taken.slice(HEADER_BYTES) }
}

async function* continued(first: Bytes, stream: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first
  for (let next = await stream.next(); next.done !== true; next = await stream.next()) yield next.value
}
