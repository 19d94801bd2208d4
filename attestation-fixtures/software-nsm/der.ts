import { type Bytes, concat, utf8 } from "../../shared/bytes.ts"

/** A small DER writer (X.690) for the certificates of the throwaway chain. It shares no code with any reader. */
export function tlv(tag: number, ...contents: readonly Uint8Array[]): Bytes {
  const content = concat(...contents)
  return concat(Uint8Array.of(tag), length(content.length), content)
}

export const sequence = (...items: readonly Uint8Array[]) => tlv(0x30, ...items)
export const set = (...items: readonly Uint8Array[]) => tlv(0x31, ...items)
export const octetString = (bytes: Uint8Array) => tlv(0x04, bytes)
export const bitString = (bytes: Uint8Array, unused = 0) => tlv(0x03, Uint8Array.of(unused), bytes)
export const boolean = (value: boolean) => tlv(0x01, Uint8Array.of(value ? 0xff : 0))
export const utf8String = (text: string) => tlv(0x0c, utf8(text))

/** INTEGER from an unsigned big-endian magnitude, in the fewest octets. */
export function unsigned(magnitude: Uint8Array): Bytes {
  const first = magnitude.findIndex((byte) => byte !== 0)
  const trimmed = first === -1 ? new Uint8Array(1) : magnitude.subarray(first)
  return tlv(0x02, (trimmed[0] ?? 0) >= 0x80 ? concat(new Uint8Array(1), trimmed) : trimmed)
}

/** OBJECT IDENTIFIER from its dotted form. */
export function oid(dotted: string): Bytes {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number)
  const bytes = [40 * first + second]
  for (const arc of rest) bytes.push(...base128(arc))
  return tlv(0x06, Uint8Array.from(bytes))
}

/** GeneralizedTime, or UTCTime before 2050 (RFC 5280 section 4.1.2.5). */
export function time(at: Date): Bytes {
  const digits = at.toISOString().replace(/[-:T]/g, "").slice(0, 14)
  return at.getUTCFullYear() < 2050 ? tlv(0x17, utf8(`${digits.slice(2)}Z`)) : tlv(0x18, utf8(`${digits}Z`))
}

function base128(arc: number): number[] {
  const groups = [arc & 0x7f]
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) groups.unshift((rest & 0x7f) | 0x80)
  return groups
}

function length(size: number): Bytes {
  if (size < 0x80) return Uint8Array.of(size)
  return size < 0x100 ? Uint8Array.of(0x81, size) : Uint8Array.of(0x82, size >> 8, size & 0xff)
}
