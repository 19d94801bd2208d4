import type { Bytes } from "../../../shared/bytes.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { DerReader, malformed, TAG } from "./der.ts"
import { readNonNegative, readOid, readTrue } from "./values.ts"

/** One extension as it stands; what is not critical and not known here is not looked into. */
export interface Extension {
  readonly oid: string
  readonly critical: boolean
  readonly value: Bytes
}

export interface BasicConstraints {
  readonly ca: boolean
  readonly pathLength: number | null
}

export const BASIC_CONSTRAINTS = "2.5.29.19"
export const KEY_USAGE = "2.5.29.15"
/** Bits of keyUsage as they stand in its first octet (RFC 5280 section 4.2.1.3). */
export const USAGE = { digitalSignature: 0x80, keyCertSign: 0x04 } as const
const MAX_PATH_LENGTH = 255

/** Extensions in their order, none twice (RFC 5280 section 4.2); none at all when the field is absent. */
export function readExtensions(tbs: DerReader): readonly Extension[] {
  if (!tbs.has(TAG.extensions)) return []
  const outer = tbs.enter(TAG.extensions)
  const list = outer.enter(TAG.sequence)
  outer.end()
  const extensions: Extension[] = []
  while (!list.atEnd) {
    const extension = readExtension(list.enter(TAG.sequence))
    if (extensions.some(({ oid }) => oid === extension.oid)) {
      throw new ParleyError("certificate-duplicate-extension", `extension ${extension.oid} occurs twice`)
    }
    extensions.push(extension)
  }
  if (extensions.length === 0) throw malformed("an empty list of extensions")
  return extensions
}

function readExtension(reader: DerReader): Extension {
  const oid = readOid(reader)
  const critical = reader.has(TAG.boolean) && readTrue(reader)
  const value = reader.content(TAG.octetString)
  reader.end()
  return { critical, oid, value }
}

/** RFC 5280 section 4.2.1.9; null when the extension is absent, which means: not an authority. */
export function basicConstraints(extensions: readonly Extension[]): BasicConstraints | null {
  const extension = extensions.find(({ oid }) => oid === BASIC_CONSTRAINTS)
  if (extension === undefined) return null
  const outer = new DerReader(extension.value)
  const reader = outer.enter(TAG.sequence)
  outer.end()
  const ca = reader.has(TAG.boolean) && readTrue(reader)
  const pathLength = ca && !reader.atEnd ? smallNumber(readNonNegative(reader)) : null
  reader.end()
  return { ca, pathLength }
}

/** The first eight bits of keyUsage, or null when the extension is absent. */
export function keyUsage(extensions: readonly Extension[]): number | null {
  const extension = extensions.find(({ oid }) => oid === KEY_USAGE)
  if (extension === undefined) return null
  const reader = new DerReader(extension.value)
  const [unused = 8, ...bits] = reader.content(TAG.bitString)
  reader.end()
  requireNamedBits(unused, bits)
  return bits[0] ?? 0
}

/** A BIT STRING of named bits ends with the last bit that is set (X.690 section 11.2.2); nine have names here. */
function requireNamedBits(unused: number, bits: readonly number[]): void {
  const last = bits.at(-1) ?? 0
  const exact = unused < 8 && last % 2 ** unused === 0 && (last >> unused) % 2 === 1
  if (!exact || bits.length > 2 || (bits.length === 2 && unused !== 7)) throw malformed("keyUsage is not canonical")
}

function smallNumber(magnitude: Bytes): number {
  if (magnitude.length > 1) throw malformed(`pathLenConstraint is over ${MAX_PATH_LENGTH}`)
  return magnitude[0] ?? 0
}
