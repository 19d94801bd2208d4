/** One DER element as it lies in the bytes; nothing is judged. */
export interface Element {
  readonly tag: number
  readonly content: Uint8Array
}

/** Elements that follow one another, as far as they can be told apart. */
export function elementsOf(bytes: Uint8Array): readonly Element[] {
  const elements: Element[] = []
  for (let at = 0; at + 2 <= bytes.length; ) {
    const [tag = 0, first = 0] = bytes.subarray(at, at + 2)
    const extra = first < 0x80 ? 0 : first & 0x7f
    const from = at + 2 + extra
    const length = extra === 0 ? first : bytes.subarray(at + 2, from).reduce((sum, byte) => sum * 256 + byte, 0)
    if (extra > 4 || from + length > bytes.length) break
    elements.push({ content: bytes.subarray(from, from + length), tag })
    at = from + length
  }
  return elements
}

/** Dotted form of an OBJECT IDENTIFIER's content. */
export function dottedOid(content: Uint8Array): string {
  const arcs: number[] = []
  let arc = 0
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f)
    if (byte < 0x80) {
      arcs.push(arc)
      arc = 0
    }
  }
  const [joint = 0, ...rest] = arcs
  const first = Math.min(Math.floor(joint / 40), 2)
  return [first, joint - 40 * first, ...rest].join(".")
}
