import type { Bytes } from "../bytes.ts"
import { partAssociatedData } from "./header.ts"
import { mapInOrder } from "./in-order.ts"
import { rechunk } from "./rechunk.ts"
import { fullSegment, partKey, segmentAlgorithm, streamHeader, TAG_BYTES } from "./segment.ts"

/** Which part of which dataset version is sealed, and with what. */
export interface PartToSeal {
  readonly dataKey: Uint8Array
  readonly headerDigest: Uint8Array
  readonly index: number
  readonly last: boolean
  /** 39 fresh random bytes. */
  readonly entropy: Uint8Array
  readonly source: AsyncIterable<Uint8Array>
}

/** Encrypts one part as it streams, a few segments at a time. */
export async function* sealPart(part: PartToSeal): AsyncGenerator<Bytes> {
  const header = streamHeader(part.entropy)
  const associatedData = partAssociatedData(part.headerDigest, part.index, part.last)
  const key = await partKey(part.dataKey, header, associatedData, "encrypt")
  yield header
  const pieces = rechunk(part.source, (index) => fullSegment(index) - TAG_BYTES)
  yield* mapInOrder(pieces, async ({ bytes, index, last }) => {
    const sealed = await crypto.subtle.encrypt(segmentAlgorithm(header, index, last), key, bytes)
    bytes.fill(0)
    return new Uint8Array(sealed)
  })
}
