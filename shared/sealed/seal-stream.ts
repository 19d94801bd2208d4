import type { Bytes } from "../bytes.ts"
import { partAssociatedData } from "./header.ts"
import { mapInOrder } from "./in-order.ts"
import { rechunk } from "./rechunk.ts"
import { fullSegment, partKey, segmentNonce, streamHeader, TAG_BYTES } from "./segment.ts"

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
  const derived = partKey(part.dataKey, header, associatedData)
  const key = await crypto.subtle.importKey("raw", derived, "AES-GCM", false, ["encrypt"])
  derived.fill(0)
  yield header
  const pieces = rechunk(part.source, (index) => fullSegment(index) - TAG_BYTES)
  yield* mapInOrder(pieces, async ({ bytes, index, last }) => {
    const algorithm = { iv: segmentNonce(header, index, last), name: "AES-GCM", tagLength: 8 * TAG_BYTES }
    const sealed = await crypto.subtle.encrypt(algorithm, key, bytes)
    bytes.fill(0)
    return new Uint8Array(sealed)
  })
}
