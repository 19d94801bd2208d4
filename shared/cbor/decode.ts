import type { Bytes } from "../bytes.ts"
import { ParleyError } from "../errors/index.ts"
import { CborCursor } from "./cursor.ts"
import type { CborKey, CborMap, CborValue } from "./value.ts"

/** Deepest nesting of arrays and maps. */
const MAX_DEPTH = 8
const INDEFINITE = 31
const BREAK = 0xff
/** Major types of RFC 8949 section 3.1. */
const MAJOR = { array: 4, bytes: 2, map: 5, negative: 1, tag: 6, text: 3, unsigned: 0 } as const

/**
 * Decodes one CBOR item that fills `bytes` to the last byte. Stricter than well-formedness (RFC 8949 section 3): shortest
 * integers and lengths only, no duplicate keys, valid UTF-8. Arrays and maps may be indefinite, since genuine Nitro
 * documents are from December 2025 on; strings may not. The bytes are copied once; byte strings are views of the copy.
 */
export function decodeCbor(bytes: Uint8Array): CborValue {
  const cursor = new CborCursor(new Uint8Array(bytes))
  const value = item(cursor, 0)
  if (cursor.left > 0) throw new ParleyError("cbor-trailing-bytes", "bytes after the CBOR item")
  return value
}

function item(cursor: CborCursor, depth: number): CborValue {
  if (depth > MAX_DEPTH) throw new ParleyError("cbor-too-deep", `nested deeper than ${MAX_DEPTH}`)
  const initial = cursor.byte()
  const info = initial & 0x1f
  switch (initial >> 5) {
    case MAJOR.unsigned:
      return cursor.integer(info)
    case MAJOR.negative:
      return -1 - cursor.integer(info)
    case MAJOR.bytes:
      return info === INDEFINITE ? chunked(cursor, MAJOR.bytes) : cursor.slice(cursor.argument(info))
    case MAJOR.text:
      return info === INDEFINITE ? chunked(cursor, MAJOR.text) : cursor.text(cursor.argument(info))
    case MAJOR.array:
      return array(cursor, info, depth)
    case MAJOR.map:
      return map(cursor, info, depth)
    case MAJOR.tag:
      cursor.argument(info)
      throw unsupported("tags")
    default:
      return simple(cursor, info)
  }
}

function array(cursor: CborCursor, info: number, depth: number): readonly CborValue[] {
  const items: CborValue[] = []
  repeat(cursor, info, 1, () => items.push(item(cursor, depth + 1)))
  return items
}

function map(cursor: CborCursor, info: number, depth: number): CborMap {
  const entries = new Map<CborKey, CborValue>()
  repeat(cursor, info, 2, () => {
    const key = item(cursor, depth + 1)
    if (typeof key !== "string" && typeof key !== "number") throw unsupported("map keys other than integers and text")
    if (entries.has(key)) throw new ParleyError("cbor-duplicate-key", "a map key occurs twice")
    entries.set(key, item(cursor, depth + 1))
  })
  return entries
}

function repeat(cursor: CborCursor, info: number, itemsEach: number, one: () => void): void {
  if (info === INDEFINITE) {
    while (!cursor.take(BREAK)) one()
    return
  }
  for (let left = cursor.count(info, itemsEach); left > 0; left--) one()
}

/** An indefinite string: walked, so that a malformed one is called that, and refused in either case. */
function chunked(cursor: CborCursor, major: number): Bytes {
  while (!cursor.take(BREAK)) {
    const initial = cursor.byte()
    if (initial >> 5 !== major) throw new ParleyError("cbor-malformed", "a chunk of another type")
    cursor.slice(cursor.argument(initial & 0x1f))
  }
  throw unsupported("strings of indefinite length")
}

/** Major type 7 (RFC 8949 section 3.3). */
function simple(cursor: CborCursor, info: number): boolean | null {
  if (info === 20) return false
  if (info === 21) return true
  if (info === 22) return null
  if (info === INDEFINITE) throw new ParleyError("cbor-malformed", "break outside an indefinite item")
  if (info > 27) throw new ParleyError("cbor-malformed", "reserved additional information")
  if (info === 24 && cursor.byte() < 32) throw new ParleyError("cbor-malformed", "a simple value in its long form")
  if (info > 24) cursor.slice(1 << (info - 24))
  throw unsupported("floats and other simple values")
}

function unsupported(what: string): ParleyError {
  return new ParleyError("cbor-unsupported", `not part of this profile: ${what}`)
}
