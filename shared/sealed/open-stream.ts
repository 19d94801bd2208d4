import { type Bytes, concat } from "../bytes.ts"
import { ParleyError } from "../errors/index.ts"
import { partAssociatedData } from "./header.ts"
import { fullSegment, HEADER_BYTES, partKey, SEGMENT_BYTES, segmentNonce, TAG_BYTES } from "./segment.ts"

/** A running AES-256-GCM decryption of one segment. */
export interface SegmentDecryption {
  update(ciphertext: Uint8Array): Uint8Array
  /** Throws unless the tag is right. */
  finish(tag: Uint8Array): void
}

export interface PartToOpen {
  readonly dataKey: Uint8Array
  readonly headerDigest: Uint8Array
  readonly index: number
  readonly last: boolean
  /** Bytes of ciphertext that the manifest names. */
  readonly bytes: number
  readonly source: AsyncIterable<Uint8Array>
  /** A parameter, because WebCrypto decrypts whole segments only, with two copies of each. */
  readonly decryption: (key: Uint8Array, nonce: Uint8Array) => SegmentDecryption
}

/**
 * Decrypts one part as it streams and yields one segment at a time, after it has authenticated; its bytes are valid
 * until the next one is asked for. The part as a whole has authenticated only when the generator ends without an error,
 * since a cut at a segment's end shows in the last segment alone.
 */
export async function* openPart(part: PartToOpen): AsyncGenerator<Uint8Array> {
  const reader = new PartReader(part)
  try {
    for await (const chunk of part.source) {
      for (let at = 0; at < chunk.length; ) {
        const taken = reader.take(chunk.subarray(at))
        at += taken
        if (taken === 0) throw new ParleyError("sealed-not-authentic", "bytes after the end")
        const segment = reader.finished()
        if (segment !== null) yield segment
      }
    }
    reader.end()
  } finally {
    reader.forget()
  }
}

/** Where a part's stream stands: in its header, in a segment's ciphertext, or in that segment's tag. */
class PartReader {
  readonly #part: PartToOpen
  #header: Bytes = new Uint8Array()
  #key: Uint8Array = new Uint8Array()
  #segment = -1
  #decryption: SegmentDecryption | null = null
  #ciphertextLeft = 0
  #left: number
  /** Plaintext of the present segment; nobody sees it before its tag was verified. */
  readonly #plaintext: Bytes
  #filled = 0
  #tag: Bytes = new Uint8Array()

  constructor(part: PartToOpen) {
    this.#part = part
    this.#left = part.bytes
    this.#plaintext = new Uint8Array(Math.min(part.bytes, SEGMENT_BYTES))
  }

  /** Takes the first bytes of a chunk and returns how many; 0 after the part's end. */
  take(chunk: Uint8Array): number {
    if (this.#header.length < HEADER_BYTES) return this.#takeHeader(chunk)
    if (this.#ciphertextLeft > 0 && this.#decryption !== null) {
      const piece = chunk.subarray(0, this.#ciphertextLeft)
      this.#plaintext.set(this.#decryption.update(piece), this.#filled)
      this.#filled += piece.length
      this.#ciphertextLeft -= piece.length
      return piece.length
    }
    const piece = chunk.subarray(0, this.#decryption === null ? 0 : TAG_BYTES - this.#tag.length)
    this.#tag = concat(this.#tag, piece)
    return piece.length
  }

  /** The segment that has just authenticated, or null. */
  finished(): Uint8Array | null {
    if (this.#decryption === null || this.#tag.length < TAG_BYTES) return null
    try {
      this.#decryption.finish(this.#tag)
    } catch {
      throw new ParleyError("sealed-not-authentic", `segment ${this.#segment} does not authenticate`)
    }
    const segment = this.#plaintext.subarray(0, this.#filled)
    this.#nextSegment()
    return segment
  }

  end(): void {
    if (this.#header.length < HEADER_BYTES) throw new ParleyError("sealed-truncated", "the header is cut")
    if (this.#decryption !== null) throw new ParleyError("sealed-truncated", `segment ${this.#segment} is cut`)
  }

  forget(): void {
    this.#key.fill(0)
    this.#plaintext.fill(0)
  }

  #takeHeader(chunk: Uint8Array): number {
    const piece = chunk.subarray(0, HEADER_BYTES - this.#header.length)
    this.#header = concat(this.#header, piece)
    if (this.#header.length === HEADER_BYTES) this.#start()
    return piece.length
  }

  #start(): void {
    const { bytes, dataKey, headerDigest, index, last } = this.#part
    if (this.#header[0] !== HEADER_BYTES)
      throw new ParleyError("sealed-not-authentic", "not the header of a sealed part")
    if (bytes < HEADER_BYTES + TAG_BYTES) throw new ParleyError("sealed-truncated", "segment 0 is cut")
    this.#key = partKey(dataKey, this.#header, partAssociatedData(headerDigest, index, last))
    this.#left -= HEADER_BYTES
    this.#nextSegment()
  }

  #nextSegment(): void {
    this.#filled = 0
    this.#tag = new Uint8Array()
    this.#segment++
    this.#decryption = null
    if (this.#left === 0) return
    const size = Math.min(this.#left, fullSegment(this.#segment))
    this.#left -= size
    if (size < TAG_BYTES) throw new ParleyError("sealed-truncated", `segment ${this.#segment} is cut`)
    this.#ciphertextLeft = size - TAG_BYTES
    const nonce = segmentNonce(this.#header, this.#segment, this.#left === 0)
    this.#decryption = this.#part.decryption(this.#key, nonce)
  }
}
