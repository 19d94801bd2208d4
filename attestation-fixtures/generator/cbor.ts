import { type Bytes, concat, utf8 } from "../../shared/bytes.ts"

/** Octets of the argument after the initial byte; 0 puts it into the initial byte (RFC 8949 section 3). */
export type Width = 0 | 1 | 2 | 4 | 8

const ADDITIONAL: Readonly<Record<Exclude<Width, 0>, number>> = { 1: 24, 2: 25, 4: 26, 8: 27 }

export const BREAK = Uint8Array.of(0xff)
export const NULL = Uint8Array.of(0xf6)
export const TRUE = Uint8Array.of(0xf5)

/**
 * A CBOR writer that can also write what no encoder should: wider arguments than needed, reserved additional
 * information, items that were never closed. It shares no code with any reader.
 */
export function head(major: number, argument: number | bigint, width: Width = shortest(argument)): Bytes {
  if (width === 0) return Uint8Array.of((major << 5) | Number(argument))
  const out = new Uint8Array(1 + width)
  out[0] = (major << 5) | ADDITIONAL[width]
  for (let i = 0; i < width; i++) out[width - i] = Number((BigInt(argument) >> BigInt(8 * i)) & 0xffn)
  return out
}

/** Initial byte with any additional information: 28 to 30 are reserved, 31 opens an indefinite item. */
export function initial(major: number, additional: number): Bytes {
  return Uint8Array.of((major << 5) | additional)
}

export const unsigned = (value: number | bigint, width?: Width) => head(0, value, width)
export const negative = (value: number) => head(1, -1 - value)
export const text = (value: string, width?: Width) => concat(head(3, utf8(value).length, width), utf8(value))
export const tagged = (tag: number, item: Uint8Array) => concat(head(6, tag), item)
export const array = (items: readonly Uint8Array[], width?: Width) => concat(head(4, items.length, width), ...items)
export const openArray = (items: readonly Uint8Array[]) => concat(initial(4, 31), ...items)

export function bytes(value: Uint8Array, width?: Width): Bytes {
  return concat(head(2, value.length, width), value)
}

/** A map's key and value, both encoded. */
export type Entry = readonly [key: Uint8Array, value: Uint8Array]

export function map(entries: readonly Entry[], width?: Width): Bytes {
  return concat(head(5, entries.length, width), ...entries.flat())
}

/** An indefinite map that still lacks its break. */
export function openMap(entries: readonly Entry[]): Bytes {
  return concat(initial(5, 31), ...entries.flat())
}

/** An array in an array in an array. */
export function nested(depth: number): Bytes {
  return concat(new Uint8Array(depth).fill(0x81), unsigned(0))
}

function shortest(argument: number | bigint): Width {
  if (argument < 24) return 0
  if (argument < 0x100) return 1
  if (argument < 0x1_0000) return 2
  return argument < 0x1_0000_0000 ? 4 : 8
}
