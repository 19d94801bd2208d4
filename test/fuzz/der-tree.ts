import { type Bytes, concat } from "../../shared/bytes.ts"

/** DER as it is written: tag, length form and content, or elements inside. Shares no code with the product's reader. */
export interface Tlv {
  tag: number
  /** Length octets as they are written; null for the shortest form of what is inside. */
  length: Bytes | null
  content: Bytes
  /** Elements of a constructed value, or null. */
  elements: Tlv[] | null
}

export function readDer(bytes: Uint8Array): Tlv {
  const [tlv, end] = tlvAt(bytes, 0)
  if (end !== bytes.length) throw new Error("bytes after the value")
  return tlv
}

function tlvAt(bytes: Uint8Array, at: number): [Tlv, number] {
  const tag = bytes[at]
  const first = bytes[at + 1]
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f || first === 0x80) throw new Error("bad DER")
  const octets = first < 0x80 ? 0 : first & 0x7f
  let size = first < 0x80 ? first : 0
  for (let i = 0; i < octets; i++) size = size * 256 + (bytes[at + 2 + i] ?? 0)
  const start = at + 2 + octets
  const end = start + size
  if (end > bytes.length) throw new Error("cut")
  const content = new Uint8Array(bytes.subarray(start, end))
  const written = new Uint8Array(bytes.subarray(at + 1, start))
  const shortest = lengthOctets(size)
  const length =
    written.every((octet, i) => octet === shortest[i]) && written.length === shortest.length ? null : written
  return [{ content, elements: (tag & 0x20) === 0 ? null : elementsOf(content), length, tag }, end]
}

function elementsOf(content: Uint8Array): Tlv[] {
  const elements: Tlv[] = []
  for (let at = 0; at < content.length; ) {
    const [element, next] = tlvAt(content, at)
    elements.push(element)
    at = next
  }
  return elements
}

export function writeDer({ content, elements, length, tag }: Tlv): Bytes {
  const inside = elements === null ? content : concat(...elements.map(writeDer))
  return concat(Uint8Array.of(tag), length ?? lengthOctets(inside.length), inside)
}

/** X.690 section 10.1: definite, in the fewest octets. */
export function lengthOctets(size: number): Bytes {
  if (size < 0x80) return Uint8Array.of(size)
  if (size < 0x100) return Uint8Array.of(0x81, size)
  if (size < 0x10000) return Uint8Array.of(0x82, size >> 8, size & 0xff)
  return Uint8Array.of(0x83, size >> 16, (size >> 8) & 0xff, size & 0xff)
}

export const primitive = (tag: number, content: Uint8Array): Tlv => ({
  content: new Uint8Array(content),
  elements: null,
  length: null,
  tag,
})

export const constructed = (tag: number, ...elements: Tlv[]): Tlv => ({
  content: new Uint8Array(),
  elements,
  length: null,
  tag,
})

/** The value and everything in it. */
export function everyTlv(tlv: Tlv): readonly Tlv[] {
  return [tlv, ...(tlv.elements ?? []).flatMap(everyTlv)]
}

/** An element by its path of indices. */
export function elementAt(tlv: Tlv, ...path: readonly number[]): Tlv {
  let found: Tlv | undefined = tlv
  for (const index of path) found = found?.elements?.[index]
  if (found === undefined) throw new Error(`no element ${path.join(".")}`)
  return found
}
