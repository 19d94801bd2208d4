import type { Bytes } from "../../../shared/bytes.ts"
import { ParleyError } from "../../../shared/errors/index.ts"

/** Tags of X.690 and X.509 that the profile has. */
export const TAG = {
  bitString: 0x03,
  boolean: 0x01,
  extensions: 0xa3,
  generalizedTime: 0x18,
  ia5String: 0x16,
  integer: 0x02,
  objectIdentifier: 0x06,
  octetString: 0x04,
  printableString: 0x13,
  sequence: 0x30,
  set: 0x31,
  utcTime: 0x17,
  utf8String: 0x0c,
  version: 0xa0,
} as const

/**
 * Reads DER (X.690 section 10) and nothing more lenient: low tags, definite lengths in the fewest octets, and a caller
 * that says when nothing may follow. Lengths beyond 65535 do not occur in a certificate of 2048 bytes.
 */
export class DerReader {
  readonly #bytes: Bytes
  readonly #end: number
  #at: number

  constructor(bytes: Bytes, start = 0, end = bytes.length) {
    this.#bytes = bytes
    this.#at = start
    this.#end = end
  }

  get atEnd(): boolean {
    return this.#at === this.#end
  }

  /** Whether the next element has this tag. */
  has(tag: number): boolean {
    return !this.atEnd && this.#bytes[this.#at] === tag
  }

  /** Tag and content of the next element, whatever it is. */
  any(): { readonly tag: number; readonly content: Bytes } {
    const tag = this.#byte()
    if ((tag & 0x1f) === 0x1f) throw malformed("a high tag number")
    const start = this.#skip()
    return { content: this.#bytes.subarray(start, this.#at), tag }
  }

  /** Content of the next element, which must have this tag. */
  content(tag: number): Bytes {
    const start = this.#expect(tag)
    return this.#bytes.subarray(start, this.#at)
  }

  /** The next element as a whole, tag and length included: what a signature covers, what names are compared by. */
  whole(tag: number): Bytes {
    const start = this.#at
    this.#expect(tag)
    return this.#bytes.subarray(start, this.#at)
  }

  /** A reader of the next element's content. */
  enter(tag: number): DerReader {
    const start = this.#expect(tag)
    return new DerReader(this.#bytes, start, this.#at)
  }

  /** What is left, unread. */
  rest(): Bytes {
    const rest = this.#bytes.subarray(this.#at, this.#end)
    this.#at = this.#end
    return rest
  }

  /** Trailing fields would be read by one parser and passed over by another. */
  end(): void {
    if (!this.atEnd) throw malformed("trailing bytes")
  }

  /** Passes over an element with this tag; gives where its content starts. */
  #expect(tag: number): number {
    if (!this.has(tag)) throw malformed(`expected tag ${tag.toString(16)}`)
    this.#at++
    return this.#skip()
  }

  /** Passes over length and content; gives where the content starts. */
  #skip(): number {
    const length = this.#length()
    const start = this.#at
    if (length > this.#end - start) throw malformed("an element ends too early")
    this.#at = start + length
    return start
  }

  #length(): number {
    const first = this.#byte()
    if (first < 0x80) return first
    if (first === 0x81) return this.#atLeast(this.#byte(), 0x80)
    if (first === 0x82) return this.#atLeast(this.#byte() * 256 + this.#byte(), 0x100)
    throw malformed("an indefinite or oversized length")
  }

  #atLeast(length: number, smallest: number): number {
    if (length < smallest) throw malformed("a length that is not in its shortest form")
    return length
  }

  #byte(): number {
    const byte = this.#at < this.#end ? this.#bytes[this.#at] : undefined
    if (byte === undefined) throw malformed("an element ends too early")
    this.#at++
    return byte
  }
}

export function malformed(what: string): ParleyError {
  return new ParleyError("certificate-malformed", `not a certificate in DER of this profile: ${what}`)
}
