import { type Bytes, utf8 } from "../../../../shared/bytes.ts"

interface Placed {
  /** Offset of the item's first byte. */
  readonly at: number
}

interface Lengthed extends Placed {
  readonly indefinite: boolean
}

/** One CBOR item as it lies in the bytes, well-formed or not. */
export type Item =
  | (Placed & { readonly kind: "integer"; readonly value: number })
  | (Lengthed & { readonly kind: "bytes"; readonly bytes: Bytes; readonly from: number })
  | (Placed & { readonly kind: "text"; readonly text: string; readonly lossy: boolean })
  | (Lengthed & { readonly kind: "array"; readonly items: readonly Item[] })
  | (Lengthed & { readonly kind: "map"; readonly entries: readonly (readonly [Item, Item | null])[] })
  | (Placed & { readonly kind: "tag"; readonly tag: number; readonly item: Item | null })
  | (Placed & { readonly kind: "null" })
  | (Placed & { readonly kind: "other"; readonly what: string })

/** Where reading ended before the item did, and why. */
export interface Fault {
  readonly at: number
  readonly what: string
}

export interface Outline {
  /** What could be read; containers hold what came before the fault. */
  readonly item: Item | null
  readonly end: number
  readonly fault: Fault | null
  /** Offsets of integers and lengths that are not in their shortest form. */
  readonly nonMinimal: readonly number[]
}

const MAX_DEPTH = 16
const BREAK = 0xff

/** Reads one CBOR item for a person to look at, as far as it goes. It judges nothing: `shared/cbor/decode.ts` does. */
export function outlineCbor(bytes: Uint8Array): Outline {
  const walk = new Walk(bytes)
  const item = walk.item(0)
  return { end: walk.at, fault: walk.fault, item, nonMinimal: walk.nonMinimal }
}

class Walk {
  readonly #bytes: Uint8Array
  readonly nonMinimal: number[] = []
  at = 0
  fault: Fault | null = null

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  item(depth: number): Item | null {
    const at = this.at
    const initial = this.#bytes[at]
    if (initial === undefined) return this.#stop(at, "the bytes end where an item is expected")
    if (depth > MAX_DEPTH) return this.#stop(at, `nested deeper than ${MAX_DEPTH}`)
    this.at++
    const info = initial & 0x1f
    const major = initial >> 5
    if (major === 7) return this.#simple(at, info)
    if (info === 31 && major >= 2 && major <= 5) return this.#sized(at, major, null, depth)
    const argument = this.#argument(at, info)
    if (argument === null) return null
    if (major === 0) return { at, kind: "integer", value: argument }
    if (major === 1) return { at, kind: "integer", value: -1 - argument }
    if (major === 6) return { at, item: this.item(depth + 1), kind: "tag", tag: argument }
    return this.#sized(at, major, argument, depth)
  }

  /** Strings, arrays and maps; a null length is an indefinite one. */
  #sized(at: number, major: number, length: number | null, depth: number): Item {
    const indefinite = length === null
    switch (major) {
      case 2:
        return { at, from: this.at, kind: "bytes", ...this.#string(length, depth), indefinite }
      case 3: {
        const { bytes } = this.#string(length, depth)
        const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)
        return { at, kind: "text", lossy: text.includes("\ufffd"), text }
      }
      case 4: {
        const items: Item[] = []
        this.#each(length, () => push(items, this.item(depth + 1)))
        return { at, indefinite, items, kind: "array" }
      }
      default: {
        const entries: (readonly [Item, Item | null])[] = []
        this.#each(length, () => {
          const key = this.item(depth + 1)
          if (key !== null) entries.push([key, this.fault === null ? this.item(depth + 1) : null])
        })
        return { at, entries, indefinite, kind: "map" }
      }
    }
  }

  #each(length: number | null, one: () => void): void {
    for (let done = 0; this.fault === null && done !== length; done++) {
      if (length === null && this.#bytes[this.at] === BREAK) {
        this.at++
        return
      }
      one()
    }
  }

  #string(length: number | null, depth: number): { readonly bytes: Bytes } {
    if (length !== null) return { bytes: this.#slice(length) }
    const chunks: Uint8Array[] = []
    this.#each(null, () => {
      const chunk = this.item(depth + 1)
      if (chunk?.kind === "bytes") chunks.push(chunk.bytes)
      else if (chunk?.kind === "text") chunks.push(utf8(chunk.text))
    })
    return { bytes: joined(chunks) }
  }

  #slice(length: number): Bytes {
    const from = this.at
    const left = this.#bytes.length - from
    if (length > left) this.#stop(from, `${length} bytes are declared, ${left} are left`)
    this.at = Math.min(from + length, this.#bytes.length)
    return new Uint8Array(this.#bytes.subarray(from, this.at))
  }

  #argument(at: number, info: number): number | null {
    if (info < 24) return info
    if (info > 27) return this.#stop(at, `additional information ${info} is reserved`)
    const size = 1 << (info - 24)
    const raw = this.#slice(size)
    if (this.fault !== null) return null
    const value = raw.reduce((sum, byte) => sum * 256 + byte, 0)
    if (value < (size === 1 ? 24 : 256 ** (size / 2))) this.nonMinimal.push(at)
    return value
  }

  #simple(at: number, info: number): Item | null {
    if (info === 22) return { at, kind: "null" }
    if (info === 20 || info === 21) return { at, kind: "other", what: info === 21 ? "true" : "false" }
    if (info === 31) return this.#stop(at, "a break that ends nothing")
    if (this.#argument(at, info) === null) return null
    return { at, kind: "other", what: info > 24 ? "a float" : "a simple value" }
  }

  #stop(at: number, what: string): null {
    this.fault ??= { at, what }
    return null
  }
}

/** Chunks as arguments would exhaust the stack: a document can bring thousands. */
function joined(chunks: readonly Uint8Array[]): Bytes {
  const out = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const chunk of chunks) {
    out.set(chunk, at)
    at += chunk.length
  }
  return out
}

function push(items: Item[], item: Item | null): void {
  if (item !== null) items.push(item)
}
