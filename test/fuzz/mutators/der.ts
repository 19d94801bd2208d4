import { concat } from "../../../shared/bytes.ts"
import { everyTlv, lengthOctets, primitive, readDer, type Tlv, writeDer } from "../der-tree.ts"
import { type Mutator, mutator } from "../mutator.ts"
import type { Random } from "../random.ts"
import { damage } from "./certificate.ts"

/** Values in encodings that BER allows and DER does not (X.690 sections 8 and 10), and broken ones. */
const ANY_MUTATORS: readonly Mutator<Tlv>[] = [
  mutator("der: length in more octets", (random, root) => {
    const tlv = random.pick(everyTlv(root))
    const shortest = lengthOctets(insideOf(tlv).length)
    const [first = 0, ...rest] = shortest
    const octets = first < 0x80 ? [first] : rest
    const padding = random.pick([0, 1, 2])
    tlv.length = Uint8Array.of(0x80 | (octets.length + padding), ...new Uint8Array(padding), ...octets)
    return undefined
  }),
  mutator("der: indefinite length", (random, root) => {
    const tlv = random.pick(everyTlv(root).filter(({ elements }) => elements !== null))
    tlv.elements = [...(tlv.elements ?? []), primitive(0x00, new Uint8Array())]
    tlv.length = Uint8Array.of(0x80)
    return undefined
  }),
  mutator("der: length off by one or huge", (random, root) => {
    const tlv = random.pick(everyTlv(root))
    const size = insideOf(tlv).length
    tlv.length = random.pick([
      lengthOctets(size + 1),
      lengthOctets(Math.max(0, size - 1)),
      Uint8Array.of(0x84, 0xff, 0xff, 0xff, 0xff),
      Uint8Array.of(0xff),
    ])
    return undefined
  }),
  mutator("der: a value more", (random, root) => {
    const list = random.pick(everyTlv(root).filter(({ elements }) => elements !== null)).elements
    list?.splice(
      random.int(list.length + 1),
      0,
      primitive(random.pick([0x00, 0x05, 0x02, 0x30, 0xa5]), random.bytes(random.int(3))),
    )
    return undefined
  }),
  mutator("der: a value twice, less or swapped", (random, root) => {
    const list = random.pick(everyTlv(root).filter(({ elements }) => (elements?.length ?? 0) > 0)).elements ?? []
    const at = random.int(list.length)
    const removed = random.chance(0.5) ? list.splice(at, 1) : [structuredClone(random.pick(list))]
    if (random.chance(0.6)) list.splice(random.int(list.length + 1), 0, ...removed)
    return undefined
  }),
  mutator("der: a primitive value damaged", (random, root) => {
    damage(random, random.pick(everyTlv(root).filter(({ elements }) => elements === null)))
    return undefined
  }),
  mutator("der: another tag", (random, root) => {
    const tlv = random.pick(everyTlv(root))
    tlv.tag ^= random.pick([0x20, 0x40, 0x80, 0x01, 0x1f])
    return undefined
  }),
]

const INTEGER_MUTATOR = mutator<Tlv>("der: an integer with leading octets", (random, root) => {
  const integers = everyTlv(root).filter(({ elements, tag }) => tag === 0x02 && elements === null)
  if (integers.length === 0) return undefined
  const integer = random.pick(integers)
  integer.content = concat(Uint8Array.of(random.pick([0x00, 0xff])), integer.content)
  return undefined
})

const STRING_MUTATOR = mutator<Tlv>("der: a string in pieces", (random, root) => {
  const strings = everyTlv(root).filter(({ tag }) => tag === 0x03 || tag === 0x04)
  if (strings.length === 0) return undefined
  const string = random.pick(strings)
  string.elements = [primitive(string.tag, string.content)]
  string.tag |= 0x20
  return undefined
})

/** For trees that have integers and strings. */
export const DER_MUTATORS: readonly Mutator<Tlv>[] = [...ANY_MUTATORS, INTEGER_MUTATOR, STRING_MUTATOR]

function insideOf({ content, elements }: Tlv): Uint8Array {
  return elements === null ? content : concat(...elements.map(writeDer))
}

/** A certificate that nothing signs again: what surrounds the signed part, and the signature's own encoding. */
export const OUTER_MUTATORS: readonly Mutator<Tlv>[] = [
  mutator("outer: signature of a certificate", (random, certificate) => {
    const signature = certificate.elements?.[2]
    if (signature !== undefined) signature.content = random.pick(SIGNATURES)(random, signature.content)
    return undefined
  }),
  ...[...ANY_MUTATORS, STRING_MUTATOR].map(around),
  ...[...ANY_MUTATORS, INTEGER_MUTATOR].map(withinSignature),
]

function around({ apply, name }: Mutator<Tlv>): Mutator<Tlv> {
  return mutator(`outer ${name}`, (random, certificate) => {
    const [body, ...rest] = certificate.elements ?? []
    const outside: Tlv = { ...certificate, elements: rest }
    apply(random, outside)
    certificate.tag = outside.tag
    certificate.length = outside.length
    certificate.elements = body === undefined ? rest : [body, ...(outside.elements ?? [])]
    return undefined
  })
}

/** In the Ecdsa-Sig-Value inside the BIT STRING. */
function withinSignature({ apply, name }: Mutator<Tlv>): Mutator<Tlv> {
  return mutator(`signature ${name}`, (random, certificate) => {
    const signature = certificate.elements?.[2]
    if (signature === undefined) return undefined
    const value = readDer(signature.content.slice(1))
    apply(random, value)
    signature.content = Uint8Array.of(0, ...writeDer(value))
    return undefined
  })
}

const SIGNATURES: readonly ((random: Random, content: Uint8Array) => Uint8Array<ArrayBuffer>)[] = [
  (random, content) => Uint8Array.of(random.int(9), ...content.slice(1)),
  (_random, content) => Uint8Array.of(...content, 0),
  () => Uint8Array.of(0),
  () => Uint8Array.of(0, 0x30, 0),
  () => Uint8Array.of(0, 0x30, 6, 2, 1, 0, 2, 1, 0),
  () => Uint8Array.of(0, 0x30, 6, 2, 1, 1, 2, 1, 1),
  (random, content) => Uint8Array.of(...content.slice(0, -1), random.int(256)),
  // Zero octets before r, of which DER allows one where the high bit is set.
  (_random, content) => padded(content),
]

function padded(content: Uint8Array): Uint8Array<ArrayBuffer> {
  const size = content[4] ?? 0
  return Uint8Array.of(0, 0x30, (content[2] ?? 0) + 1, 0x02, size + 1, 0, ...content.slice(5))
}
