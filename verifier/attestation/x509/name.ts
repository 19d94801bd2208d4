import type { Bytes } from "../../../shared/bytes.ts"
import { DerReader, malformed, TAG } from "./der.ts"
import { dotted, readOidContent } from "./values.ts"

/** A distinguished name: its DER, by which names are compared, and a text for people, made when somebody asks. */
export class Name {
  readonly der: Bytes

  constructor(der: Bytes) {
    this.der = der
  }

  get text(): string {
    return relativeNames(this.der)
      .map((attributes) => attributes.map(attributeText).join("+"))
      .join(", ")
  }
}

interface Attribute {
  readonly type: Bytes
  readonly tag: number
  readonly value: Bytes
}

const SHORT_NAMES: Readonly<Record<string, string>> = {
  "0.9.2342.19200300.100.1.25": "DC",
  "1.2.840.113549.1.9.1": "E",
  "2.5.4.3": "CN",
  "2.5.4.6": "C",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
}
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** RDNSequence (RFC 5280 section 4.1.2.4), in any order of attributes: zonal authorities have one of their own. */
export function readName(reader: DerReader): Name {
  const der = reader.whole(TAG.sequence)
  for (const { tag, value } of relativeNames(der).flat()) requireText(tag, value)
  return new Name(der)
}

function relativeNames(der: Bytes): readonly (readonly Attribute[])[] {
  const sequence = new DerReader(der).enter(TAG.sequence)
  const names: (readonly Attribute[])[] = []
  while (!sequence.atEnd) names.push(relativeName(sequence.enter(TAG.set)))
  if (names.length === 0) throw malformed("an empty name")
  return names
}

function relativeName(set: DerReader): readonly Attribute[] {
  const attributes: Attribute[] = []
  let before: Bytes | null = null
  while (!set.atEnd) {
    const der = set.whole(TAG.sequence)
    if (before !== null && !ascending(before, der)) throw malformed("a SET that is not in ascending order")
    before = der
    attributes.push(attribute(new DerReader(der).enter(TAG.sequence)))
  }
  if (attributes.length === 0) throw malformed("an empty relative name")
  return attributes
}

function attribute(reader: DerReader): Attribute {
  const type = readOidContent(reader)
  const { content, tag } = reader.any()
  reader.end()
  return { tag, type, value: content }
}

function attributeText({ type, value }: Attribute): string {
  const oid = dotted(type)
  return `${SHORT_NAMES[oid] ?? oid}=${escaped(UTF8.decode(value))}`
}

/** ASCII is common to the three string types, but for what a PrintableString leaves out. */
function requireText(tag: number, value: Bytes): void {
  if (tag === TAG.utf8String && (isAscii(value) || isUtf8(value))) return
  if (tag === TAG.printableString && /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(String.fromCharCode(...value))) return
  if (tag === TAG.ia5String && isAscii(value)) return
  throw malformed("a name in another string type, or with characters that its type does not have")
}

function isAscii(value: Bytes): boolean {
  for (const byte of value) if (byte >= 0x80) return false
  return true
}

function isUtf8(value: Bytes): boolean {
  try {
    return UTF8.decode(value).length > 0
  } catch {
    return false
  }
}

/** RFC 4514 section 2.4; control characters too, since the text reaches terminals. */
function escaped(text: string): string {
  return text
    .replace(/[,+"\\<>;]/g, "\\$&")
    .replace(/^[ #]|(?<=.) $/g, "\\$&")
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`)
}

/** X.690 section 11.6: the components of a SET OF in ascending order of their encodings; equal ones may follow. */
function ascending(a: Bytes, b: Bytes): boolean {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return true
}
