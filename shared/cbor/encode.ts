import { type Bytes, concat, utf8 } from "../bytes.ts"
import type { CborValue } from "./value.ts"

/** Encodes in definite form with shortest lengths; maps keep the order that they were given. */
export function encodeCbor(value: CborValue): Bytes {
  if (value === null) return Uint8Array.of(0xf6)
  if (typeof value === "boolean") return Uint8Array.of(value ? 0xf5 : 0xf4)
  if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === "string") return concat(head(3, utf8(value).length), utf8(value))
  if (value instanceof Uint8Array) return concat(head(2, value.length), value)
  if (value instanceof Map) return encodeMap(value)
  const items = value as readonly CborValue[]
  return concat(head(4, items.length), ...items.map(encodeCbor))
}

function encodeMap(map: ReadonlyMap<number | string, CborValue>): Bytes {
  const entries = [...map].flatMap(([key, value]) => [encodeCbor(key), encodeCbor(value)])
  return concat(head(5, map.size), ...entries)
}

/** What comes before a byte string of this length. */
export function byteStringHead(length: number): Bytes {
  return head(2, length)
}

function head(major: number, argument: number): Bytes {
  const first = major << 5
  if (argument < 24) return Uint8Array.of(first | argument)
  if (argument < 0x100) return Uint8Array.of(first | 24, argument)
  const size = argument < 0x1_0000 ? 2 : argument < 0x1_0000_0000 ? 4 : 8
  const out = new Uint8Array(1 + size)
  out[0] = first | (size === 2 ? 25 : size === 4 ? 26 : 27)
  const view = new DataView(out.buffer)
  if (size === 2) view.setUint16(1, argument)
  else if (size === 4) view.setUint32(1, argument)
  else view.setBigUint64(1, BigInt(argument))
  return out
}
