import { constructed, elementAt, everyTlv, primitive, type Tlv } from "../der-tree.ts"
import { type Mutator, mutator } from "../mutator.ts"
import type { Random } from "../random.ts"

/** Where things are in a TBSCertificate (RFC 5280 section 4.1). */
const SERIAL = 1
const ALGORITHM = 2
const ISSUER = 3
const VALIDITY = 4
const SUBJECT = 5
const KEY = 6

/** Damage to what a certificate says, signed by its issuer afterwards. */
export const CERTIFICATE_MUTATORS: readonly Mutator<Tlv>[] = [
  mutator("certificate: version", (random, tbs) => {
    const version = random.pick([
      constructed(0xa0, primitive(0x02, Uint8Array.of(random.pick([0, 1, 3, 127])))),
      constructed(0xa0, primitive(0x02, Uint8Array.of(0, 2))),
      constructed(0xa0),
    ])
    replaceElement(tbs, 0, random.chance(0.2) ? null : version)
    return undefined
  }),
  mutator("certificate: serial number", (random, tbs) => {
    const serials = [
      Uint8Array.of(0),
      Uint8Array.of(0x80),
      Uint8Array.of(0, 1),
      random.bytes(21),
      random.bytes(16),
      new Uint8Array(),
    ]
    replaceElement(tbs, SERIAL, primitive(0x02, random.pick(serials)))
    return undefined
  }),
  mutator("certificate: signature algorithm", (random, tbs) => {
    replaceElement(tbs, ALGORITHM, algorithm(random))
    return undefined
  }),
  mutator("certificate: a name", (random, tbs) => {
    const name = elementAt(tbs, random.pick([ISSUER, SUBJECT]))
    const how = random.int(3)
    if (how === 0) name.elements = (name.elements ?? []).toReversed()
    else if (how === 1) name.elements = []
    else damage(random, random.pick(everyTlv(name).filter(({ elements }) => elements === null)))
    return undefined
  }),
  mutator("certificate: validity", (random, tbs) => {
    const end = elementAt(tbs, VALIDITY, random.int(2))
    Object.assign(end, random.pick(TIMES))
    return undefined
  }),
  mutator("certificate: the two ends of validity swapped", (_random, tbs) => {
    const validity = elementAt(tbs, VALIDITY)
    validity.elements = (validity.elements ?? []).toReversed()
    return undefined
  }),
  mutator("certificate: key", (random, tbs) => {
    const point = elementAt(tbs, KEY, 1)
    const points = [
      ...POINTS,
      Uint8Array.of(0, (point.content.at(-1) ?? 0) % 2 === 0 ? 2 : 3, ...point.content.slice(2, 50)),
    ]
    if (random.chance(0.3)) damage(random, elementAt(tbs, KEY, 0, random.int(2)))
    else if (random.chance(0.6)) point.content = random.pick(points)
    else damage(random, point)
    return undefined
  }),
  mutator("certificate: unique identifiers", (random, tbs) => {
    tbs.elements?.splice(KEY + 1, 0, primitive(random.pick([0x81, 0x82]), random.bytes(5)))
    return undefined
  }),
  mutator("certificate: a field after the last", (random, tbs) => {
    tbs.elements?.push(
      random.pick([primitive(0x05, new Uint8Array()), primitive(0x02, Uint8Array.of(1)), constructed(0xa4)]),
    )
    return undefined
  }),
]

/** At infinity, off the curve, oversized coordinates, zero, hybrid form. */
const POINTS: readonly Uint8Array<ArrayBuffer>[] = [
  Uint8Array.of(0, 0),
  Uint8Array.of(0, 4, ...new Uint8Array(96).fill(1)),
  Uint8Array.of(0, 4, ...new Uint8Array(96).fill(0xff)),
  Uint8Array.of(0, 4, ...new Uint8Array(96)),
  Uint8Array.of(0, 6, ...new Uint8Array(96).fill(2)),
]

/** The AlgorithmIdentifier of signatures, of other hashes, with parameters, or of something else altogether. */
export function algorithm(random: Random): Tlv {
  const oid = (...content: number[]) => primitive(0x06, Uint8Array.from(content))
  const ecdsa = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03] as const
  return random.pick([
    constructed(0x30, oid(...ecdsa, 0x02)),
    constructed(0x30, oid(...ecdsa, 0x04)),
    constructed(0x30, oid(...ecdsa, 0x03), primitive(0x05, new Uint8Array())),
    constructed(0x30, oid(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0c)),
    constructed(0x30),
    oid(...ecdsa, 0x03),
  ])
}

const time = (tag: number, value: string) => primitive(tag, new TextEncoder().encode(value))

const TIMES: readonly Tlv[] = [
  time(0x17, "000101000000Z"),
  time(0x17, "491231235959Z"),
  time(0x17, "500101000000Z"),
  time(0x17, "261332000000Z"),
  time(0x17, "260230000000Z"),
  time(0x17, "2611241200Z"),
  time(0x17, "261124120000+0000"),
  time(0x18, "20261124120000Z"),
  time(0x18, "20261124120000.5Z"),
  time(0x18, "99991231235959Z"),
  time(0x18, "19000101000000Z"),
  time(0x17, ""),
  time(0x16, "261124120000Z"),
]

/** Changes content, or the tag that says what it is. */
export function damage(random: Random, tlv: Tlv): void {
  const how = random.int(5)
  if (how === 0) tlv.tag = random.pick([0x02, 0x03, 0x04, 0x05, 0x0c, 0x13, 0x16, 0x1e, 0x80])
  else if (tlv.content.length === 0) tlv.content = random.bytes(1)
  else if (how === 1) tlv.content = tlv.content.slice(1)
  else tlv.content[random.int(tlv.content.length)] = random.int(256)
}

function replaceElement(tbs: Tlv, index: number, element: Tlv | null): void {
  tbs.elements?.splice(index, 1, ...(element === null ? [] : [element]))
}
