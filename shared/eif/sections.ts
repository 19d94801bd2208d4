import { ParleyError } from "../errors/index.ts"
import { Crc32 } from "./crc32.ts"

/**
 * Enclave image format, version 4 (aws-nitro-enclaves-image-format 0.8, `defs`): a header, then sections. All numbers
 * are big-endian.
 */
const MAGIC = 0x2e_65_69_66
const VERSION = 4
const HEADER_BYTES = 548
const CRC_AT = 544
const OFFSETS_AT = 28
const SIZES_AT = 284
const SECTION_HEADER_BYTES = 12
export const MAX_SECTIONS = 32

const SECTION_KINDS = ["kernel", "cmdline", "ramdisk", "signature", "metadata"] as const
export type SectionKind = (typeof SECTION_KINDS)[number]

export interface Section {
  readonly kind: SectionKind
  /** A view into the image. */
  readonly content: Uint8Array
}

/**
 * Sections of an enclave image, in the order of the file. The image must be exactly its header and sections, one after
 * the other, as its header lists them, with a CRC that holds: bytes that one reader measures and another one boots would
 * make two images of one file. Throws `image-malformed`.
 */
export function readSections(image: Uint8Array): readonly Section[] {
  if (image.length < HEADER_BYTES) throw malformed("it ends within the header")
  const view = new DataView(image.buffer, image.byteOffset, image.length)
  if (view.getUint32(0) !== MAGIC) throw malformed("it does not start with .eif")
  if (view.getUint16(4) !== VERSION) throw malformed(`version ${view.getUint16(4)}, known is ${VERSION}`)
  const count = view.getUint16(26)
  if (count > MAX_SECTIONS) throw malformed(`${count} sections, at most ${MAX_SECTIONS}`)
  const sections: Section[] = []
  let at = HEADER_BYTES
  for (let index = 0; index < MAX_SECTIONS; index++) {
    const [offset, size] = [view.getBigUint64(OFFSETS_AT + 8 * index), view.getBigUint64(SIZES_AT + 8 * index)]
    if (index >= count) {
      if (offset !== 0n || size !== 0n) throw malformed("a section beyond the number that the header gives")
      continue
    }
    // Overlaps, gaps and another order all show here: each section starts where the one before it ends.
    if (offset !== BigInt(at)) throw malformed(`section ${index} does not follow the one before it`)
    const section = readSection(image, view, at, size, index)
    sections.push(section)
    at += SECTION_HEADER_BYTES + section.content.length
  }
  if (at !== image.length) throw malformed("bytes after the last section")
  requireCrc(image, view.getUint32(CRC_AT))
  return requireKinds(sections)
}

function readSection(image: Uint8Array, view: DataView, at: number, size: bigint, index: number): Section {
  const start = at + SECTION_HEADER_BYTES
  if (start > image.length || size > BigInt(image.length - start)) throw malformed(`section ${index} ends too early`)
  const kind = SECTION_KINDS[view.getUint16(at) - 1]
  if (kind === undefined) throw malformed(`section ${index} is of an unknown type, ${view.getUint16(at)}`)
  if (view.getBigUint64(at + 4) !== size) throw malformed(`section ${index} has two sizes`)
  return { content: image.subarray(start, start + Number(size)), kind }
}

/** The CRC is against damage, not attackers: it covers all but itself. */
function requireCrc(image: Uint8Array, stated: number): void {
  const crc = new Crc32()
  crc.update(image.subarray(0, CRC_AT))
  crc.update(image.subarray(HEADER_BYTES))
  if (crc.value !== stated) throw malformed("the CRC is another one: the file is damaged")
}

function requireKinds(sections: readonly Section[]): readonly Section[] {
  const count = (kind: SectionKind) => sections.filter((section) => section.kind === kind).length
  if (count("kernel") !== 1 || count("cmdline") !== 1) throw malformed("not one kernel and one command line")
  if (count("ramdisk") === 0) throw malformed("no ramdisk")
  if (count("metadata") > 1 || count("signature") > 1) throw malformed("two sections of metadata or signatures")
  return sections
}

function malformed(what: string): ParleyError {
  return new ParleyError("image-malformed", `not an enclave image: ${what}`)
}
