import type { Bytes } from "../bytes.ts"
import { ParleyError } from "../errors/index.ts"
import type { CborKey, CborMap, CborValue } from "./value.ts"

/** Deepest nesting of arrays and maps. */
const MAX_DEPTH = 8
const BREAK = 0xff

/**
 * Decodes one CBOR item that fills `bytes` to the last byte. Stricter than well-formedness (RFC 8949 section 3): shortest
 * integers and lengths only, no duplicate keys, valid UTF-8. Arrays and maps may be indefinite, since genuine Nitro
 * documents are from December 2025 on; strings may not.
 */
export function decodeCbor(bytes: Uint8Array): CborValue {
  const reader = new Reader(bytes)
  const value = reader.item(0)
  if (!reader.atEnd) throw new ParleyError("cbor-trailing-bytes", "bytes after the CBOR item")
  return value
}

class Reader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  item(depth: number): CborValue {
    if (depth > MAX_DEPTH) throw new ParleyError("cbor-malformed", `nested deeper than ${MAX_DEPTH}`)
    const initial = this.#byte()
    const major = initial >> 5
    const info = initial & 0x1f
    switch (major) {
      case 0:
        return this.#length(info)
      case 1:
        return -1 - this.#length(info)
      case 2:
        return this.#slice(this.#length(info))
      case 3:
        return this.#text(this.#length(info))
      case 4:
        return this.#array(info, depth)
      case 5:
        return this.#map(info, depth)
      case 6:
        throw new ParleyError("cbor-unsupported", "tags are not part of this profile")
      default:
        return simple(info)
    }
  }

  #array(info: number, depth: number): readonly CborValue[] {
    const items: CborValue[] = []
    this.#repeat(info, 1, () => items.push(this.item(depth + 1)))
    return items
  }

  #map(info: number, depth: number): CborMap {
    const map = new Map<CborKey, CborValue>()
    this.#repeat(info, 2, () => {
      const key = this.item(depth + 1)
      if (typeof key !== "string" && typeof key !== "number") {
        throw new ParleyError("cbor-unsupported", "map keys are integers or text")
      }
      if (map.has(key)) throw new ParleyError("cbor-duplicate-key", "a map key occurs twice")
      map.set(key, this.item(depth + 1))
    })
    return map
  }

  /** A declared count is judged against the bytes that are left before anything is made for it. */
  #repeat(info: number, itemsEach: number, one: () => void): void {
    if (info === 31) {
      while (this.#bytes[this.#at] !== BREAK) one()
      this.#at++
      return
    }
    const count = this.#length(info)
    if (count * itemsEach > this.#bytes.length - this.#at) throw truncated()
    for (let i = 0; i < count; i++) one()
  }

  /** The argument of RFC 8949 section 3, in its shortest form only. */
  #length(info: number): number {
    if (info < 24) return info
    if (info > 27) throw new ParleyError("cbor-malformed", "reserved or indefinite length")
    const size = 1 << (info - 24)
    const raw = this.#slice(size)
    let value = 0n
    for (const byte of raw) value = (value << 8n) | BigInt(byte)
    const smallest = info === 24 ? 24n : 1n << BigInt(4 * size)
    if (value < smallest) throw new ParleyError("cbor-non-minimal", "an integer or length is not in its shortest form")
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ParleyError("cbor-unsupported", "integer beyond 2^53")
    return Number(value)
  }

  #text(length: number): string {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.#slice(length))
    } catch (cause) {
      if (cause instanceof ParleyError) throw cause
      throw new ParleyError("cbor-malformed", "text that is not UTF-8")
    }
  }

  #slice(length: number): Bytes {
    if (length > this.#bytes.length - this.#at) throw truncated()
    this.#at += length
    return new Uint8Array(this.#bytes.subarray(this.#at - length, this.#at))
  }

  #byte(): number {
    const byte = this.#bytes[this.#at]
    if (byte === undefined) throw truncated()
    this.#at++
    return byte
  }
}

function simple(info: number): boolean | null {
  if (info === 20) return false
  if (info === 21) return true
  if (info === 22) return null
  if (info === 31) throw new ParleyError("cbor-malformed", "break outside an indefinite item")
  if (info > 27) throw new ParleyError("cbor-malformed", "reserved additional information")
  throw new ParleyError("cbor-unsupported", "floats and other simple values are not part of this profile")
}

function truncated(): ParleyError {
  return new ParleyError("cbor-malformed", "the item ends too early")
}
