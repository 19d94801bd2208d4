import type { Bytes } from "../bytes.ts"
import { ParleyError } from "../errors/index.ts"

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** Reads the parts of CBOR items from bytes, each only when it is there as a whole. What it gives are views. */
export class CborCursor {
  readonly #bytes: Bytes
  #at = 0

  constructor(bytes: Bytes) {
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  byte(): number {
    const byte = this.#bytes[this.#at]
    if (byte === undefined) throw truncated()
    this.#at++
    return byte
  }

  /** Takes the next byte if it is this one. */
  take(byte: number): boolean {
    if (this.#bytes[this.#at] !== byte) return false
    this.#at++
    return true
  }

  slice(length: number): Bytes {
    if (length > this.left) throw truncated()
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  text(length: number): string {
    const encoded = this.slice(length)
    try {
      return UTF8.decode(encoded)
    } catch {
      throw new ParleyError("cbor-malformed", "text that is not UTF-8")
    }
  }

  /** The argument of RFC 8949 section 3, in its shortest form only; beyond 2^53 it is rounded, never to below that. */
  argument(info: number): number {
    if (info < 24) return info
    if (info > 27) throw new ParleyError("cbor-malformed", "reserved additional information, or a length is missing")
    const size = 1 << (info - 24)
    let value = 0
    for (let i = 0; i < size; i++) value = value * 256 + this.byte()
    const smallest = info === 24 ? 24 : 2 ** (4 * size)
    if (value < smallest) throw new ParleyError("cbor-non-minimal", "an integer or length is not in its shortest form")
    return value
  }

  /** An argument that is a value. One that is a length is held against the bytes that are left instead. */
  integer(info: number): number {
    const value = this.argument(info)
    if (value > Number.MAX_SAFE_INTEGER) throw new ParleyError("cbor-unsupported", "integer beyond 2^53")
    return value
  }

  /** A declared count is judged against the bytes that are left before anything is made for it. */
  count(info: number, itemsEach: number): number {
    const count = this.argument(info)
    if (count * itemsEach > this.left) throw truncated()
    return count
  }
}

function truncated(): ParleyError {
  return new ParleyError("cbor-malformed", "the item ends too early")
}
