import { constructed, elementAt, primitive, type Tlv, writeDer } from "../der-tree.ts"
import { type Mutator, mutator } from "../mutator.ts"
import type { Random } from "../random.ts"
import { damage } from "./certificate.ts"

const OID = (...content: number[]) => primitive(0x06, Uint8Array.from(content))
const BASIC_CONSTRAINTS = OID(0x55, 0x1d, 0x13)
const KEY_USAGE = OID(0x55, 0x1d, 0x0f)
const BOOLEAN = (octet: number) => primitive(0x01, Uint8Array.of(octet))

/** Damage to a certificate's extensions (RFC 5280 section 4.2), signed by its issuer afterwards. */
export const EXTENSION_MUTATORS: readonly Mutator<Tlv>[] = [
  mutator("extension: one less", (random, tbs) => {
    const list = extensions(tbs)
    if (random.chance(0.2)) tbs.elements?.pop()
    else list.splice(random.int(list.length), 1)
    return undefined
  }),
  mutator("extension: one twice", (random, tbs) => {
    const list = extensions(tbs)
    list.splice(random.int(list.length + 1), 0, structuredClone(random.pick(list)))
    return undefined
  }),
  mutator("extension: in another order", (_random, tbs) => {
    extensions(tbs).reverse()
    return undefined
  }),
  mutator("extension: a foreign one", (random, tbs) => {
    const id = random.pick([
      OID(0x55, 0x1d, 0x1e),
      OID(0x55, 0x1d, 0x24),
      OID(0x2a, 0x03, 0x04),
      OID(0x55, 0x1d, 0x25),
      OID(0x80),
    ])
    extensions(tbs).push(extension(id, random.pick([null, 0xff, 0x00, 0x01]), random.bytes(random.int(20))))
    return undefined
  }),
  mutator("extension: criticality", (random, tbs) => {
    const found = random.pick(extensions(tbs))
    const [id, ...rest] = found.elements ?? []
    const value = rest.at(-1)
    if (id === undefined || value === undefined) return undefined
    const octet = random.pick([null, 0x00, 0x01, 0xff, 0x7f])
    found.elements = octet === null ? [id, value] : [id, BOOLEAN(octet), value]
    return undefined
  }),
  mutator("extension: basicConstraints", (random, tbs) => {
    const value = random.pick(CONSTRAINTS)(random)
    setValue(tbs, BASIC_CONSTRAINTS, value)
    return undefined
  }),
  mutator("extension: keyUsage", (random, tbs) => {
    const bits = random.pick([
      [7, 0x80],
      [2, 0x04],
      [1, 0x06],
      [0, 0x80],
      [0, 0x06],
      [1, 0x82],
      [0, 0xff],
      [3, 0x00],
      [0],
      [9, 0x80],
      [],
    ])
    setValue(tbs, KEY_USAGE, primitive(random.chance(0.1) ? 0x04 : 0x03, Uint8Array.from(bits)))
    return undefined
  }),
  mutator("extension: inside a value", (random, tbs) => {
    const value = random.pick(extensions(tbs)).elements?.at(-1)
    if (value !== undefined) damage(random, value)
    return undefined
  }),
]

const CONSTRAINTS: readonly ((random: Random) => Tlv)[] = [
  () => constructed(0x30, BOOLEAN(0xff), primitive(0x02, Uint8Array.of(0))),
  () => constructed(0x30),
  () => constructed(0x30, BOOLEAN(0xff)),
  () => constructed(0x30, BOOLEAN(0x00)),
  () => constructed(0x30, BOOLEAN(0x01), primitive(0x02, Uint8Array.of(3))),
  (random) => constructed(0x30, BOOLEAN(0xff), primitive(0x02, Uint8Array.of(random.int(3)))),
  () => constructed(0x30, BOOLEAN(0xff), primitive(0x02, Uint8Array.of(0x80))),
  () => constructed(0x30, BOOLEAN(0xff), primitive(0x02, Uint8Array.of(0, 3))),
  () => constructed(0x30, BOOLEAN(0xff), primitive(0x02, new Uint8Array(9).fill(0x7f))),
  () => constructed(0x30, primitive(0x02, Uint8Array.of(0))),
  () => constructed(0x30, BOOLEAN(0xff), primitive(0x02, Uint8Array.of(1)), primitive(0x05, new Uint8Array())),
]

/** The list in [3] EXPLICIT, or an empty one that is not part of anything. */
function extensions(tbs: Tlv): Tlv[] {
  const holder = tbs.elements?.find(({ tag }) => tag === 0xa3)
  return holder?.elements?.[0]?.elements ?? [extension(OID(0x55), null, new Uint8Array())]
}

function extension(id: Tlv, critical: number | null, value: Uint8Array): Tlv {
  const rest = critical === null ? [] : [BOOLEAN(critical)]
  return constructed(0x30, id, ...rest, primitive(0x04, value))
}

/** Writes a value and, now and then, something after it. */
function setValue(tbs: Tlv, id: Tlv, value: Tlv): void {
  const wanted = writeDer(id)
  const found = extensions(tbs).find((one) => Buffer.compare(writeDer(elementAt(one, 0)), wanted) === 0)
  const octets = found?.elements?.at(-1)
  if (octets !== undefined) octets.content = writeDer(value)
}
