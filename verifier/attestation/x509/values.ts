import type { Bytes } from "../../../shared/bytes.ts"
import { type DerReader, malformed, TAG } from "./der.ts"

/** TRUE. A FALSE is never written out: it is the default wherever X.509 has a BOOLEAN (X.690 section 11.5). */
export function readTrue(reader: DerReader): true {
  const content = reader.content(TAG.boolean)
  if (content.length === 1 && content[0] === 0xff) return true
  throw malformed("a BOOLEAN that is not TRUE as ff")
}

/** A positive INTEGER in the fewest octets (X.690 section 8.3.2), as its magnitude without a leading zero octet. */
export function readPositive(reader: DerReader): Bytes {
  const content = readNonNegative(reader)
  if (content.length === 0) throw malformed("an INTEGER that is zero")
  return content
}

/** As `readPositive`, and an empty magnitude for zero. */
export function readNonNegative(reader: DerReader): Bytes {
  const content = reader.content(TAG.integer)
  const [first, second = 0] = content
  if (first === undefined) throw malformed("an empty INTEGER")
  if (first >= 0x80) throw malformed("a negative INTEGER")
  if (first !== 0) return content
  if (content.length > 1 && second < 0x80) throw malformed("an INTEGER that is not in its shortest form")
  return content.subarray(1)
}

/** A BIT STRING of whole octets. */
export function readOctetAligned(reader: DerReader): Bytes {
  const content = reader.content(TAG.bitString)
  if (content[0] !== 0) throw malformed("a BIT STRING with unused bits, or empty")
  return content.subarray(1)
}

/** OBJECT IDENTIFIER in dotted form; each arc in the fewest octets (X.690 section 8.19.2). */
export function readOid(reader: DerReader): string {
  return dotted(readOidContent(reader))
}

/** The same as it stands. */
export function readOidContent(reader: DerReader): Bytes {
  const content = reader.content(TAG.objectIdentifier)
  let octets = 0
  for (const byte of content) {
    if (octets === 0 && byte === 0x80) throw malformed("an object identifier that is not in its shortest form")
    octets = byte < 0x80 ? 0 : octets + 1
    if (octets === 7) throw malformed("an object identifier with an oversized arc")
  }
  if (octets > 0 || content.length === 0) throw malformed("an object identifier that ends too early")
  return content
}

export function dotted(content: Bytes): string {
  const arcs: number[] = []
  let arc = 0
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f)
    if (byte >= 0x80) continue
    arcs.push(arc)
    arc = 0
  }
  const [joint = 0, ...rest] = arcs
  const first = Math.min(2, Math.floor(joint / 40))
  return [first, joint - 40 * first, ...rest].join(".")
}

/** Milliseconds since 1970. UTCTime up to 2049, GeneralizedTime after that, in seconds and UTC (RFC 5280 section 4.1.2.5). */
export function readInstant(reader: DerReader): number {
  const { content, tag } = reader.any()
  const [century = -1, ...pairs] = tag === TAG.utcTime ? withCentury(digitPairs(content)) : digitPairs(content)
  const known = tag === TAG.utcTime || (tag === TAG.generalizedTime && century * 100 + (pairs[0] ?? 0) >= 2050)
  if (known && pairs.length === 6) return onCalendar(century, pairs)
  throw malformed("an instant that is not as RFC 5280 says")
}

/** Two digits each, and a Z at the end; nothing at all for anything else. */
function digitPairs(content: Bytes): readonly number[] {
  const pairs: number[] = []
  for (let i = 0; i + 1 < content.length; i += 2) {
    const [tens, units] = [(content[i] ?? 0) - 0x30, (content[i + 1] ?? 0) - 0x30]
    if (tens < 0 || tens > 9 || units < 0 || units > 9) return []
    pairs.push(10 * tens + units)
  }
  return content.length % 2 === 1 && content.at(-1) === 0x5a ? pairs : []
}

function withCentury(pairs: readonly number[]): readonly number[] {
  return [(pairs[0] ?? 0) < 50 ? 20 : 19, ...pairs]
}

/** A date that rolls over (31 April, hour 24) would be another one to another parser. */
function onCalendar(century: number, pairs: readonly number[]): number {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = pairs
  const at = new Date(Date.UTC(century * 100 + year, month - 1, day, hour, minute, second))
  const same = at.getUTCMonth() === month - 1 && at.getUTCDate() === day && at.getUTCHours() === hour
  if (same && at.getUTCMinutes() === minute && at.getUTCSeconds() === second) return at.getTime()
  throw malformed("an instant that does not exist")
}
