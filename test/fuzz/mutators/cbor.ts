import type { Bytes } from "../../../shared/bytes.ts"
import { array, byteString, everyItem, type Item, made, map, recount, text, unsigned } from "../cbor-tree.ts"
import { type Mutator, mutator } from "../mutator.ts"
import type { Random } from "../random.ts"

/** Damage to the structure of CBOR; what is inside stays whole, so that it gets past what only counts bytes. */
export const CBOR_MUTATORS: readonly Mutator<Item>[] = [
  mutator("cbor: indefinite or definite", (random, root) => {
    const item = random.pick(containers(root))
    if (item.width === null) {
      item.width = 0
      recount(item)
    } else item.width = null
    return undefined
  }),
  mutator("cbor: string in chunks", (random, root) => {
    const item = random.pick(strings(root))
    const at = random.int(item.content.length + 1)
    item.children = [item.content.slice(0, at), item.content.slice(at)].map((content) => chunk(item.major, content))
    item.content = new Uint8Array()
    item.width = null
    return undefined
  }),
  mutator("cbor: head longer than needed", (random, root) => {
    const item = random.pick(everyItem(root))
    if (item.width === 0 && item.major === 7) return undefined
    item.width = item.width === 0 ? random.pick([1, 2, 4, 8]) : random.pick([4, 8])
    return undefined
  }),
  mutator("cbor: wrong count or length", (random, root) => {
    const item = random.pick(everyItem(root))
    item.argument = random.pick([item.argument + 1n, item.argument - 1n, 0xffffffffn, 0xffffffffffffffffn, 0n])
    if (item.argument < 0n) item.argument = 0n
    if (item.width !== null) item.width = made(item.major, item.argument).width
    return undefined
  }),
  mutator("cbor: a member twice", (random, root) => {
    const item = random.pick(containers(root))
    const each = item.major === 5 ? 2 : 1
    const at = each * random.int(item.children.length / each)
    const copies = item.children.slice(at, at + each).map((child) => structuredClone(child))
    item.children.splice(each * random.int(item.children.length / each + 1), 0, ...copies)
    recount(item)
    return undefined
  }),
  mutator("cbor: a member less", (random, root) => {
    const item = random.pick(containers(root))
    const each = item.major === 5 ? 2 : 1
    item.children.splice(each * random.int(item.children.length / each), each)
    recount(item)
    return undefined
  }),
  mutator("cbor: members in another order", (random, root) => {
    const item = random.pick(containers(root))
    const each = item.major === 5 ? 2 : 1
    const moved = item.children.splice(each * random.int(item.children.length / each), each)
    item.children.splice(each * random.int(item.children.length / each + 1), 0, ...moved)
    return undefined
  }),
  mutator("cbor: a foreign member", (random, root) => {
    const item = random.pick(containers(root))
    const key = random.pick([
      text("nitrotpm_pcrs"),
      text("alg"),
      text(""),
      unsigned(random.int(64)),
      byteString(random.bytes(3)),
    ])
    item.children.push(...(item.major === 5 ? [key, foreign(random)] : [foreign(random)]))
    recount(item)
    return undefined
  }),
  mutator("cbor: another type", (random, root) => {
    Object.assign(random.pick(everyItem(root)), foreign(random))
    return undefined
  }),
  mutator("cbor: a tag", (random, root) => {
    const item = random.pick(everyItem(root))
    const inner = structuredClone(item)
    Object.assign(item, made(6, random.pick([18n, 24n, 2n, 55799n, 1000n]), { children: [inner] }))
    return undefined
  }),
  mutator("cbor: nested deep", (random, root) => {
    let nested: Item = unsigned(0)
    const depth = random.pick([6, 7, 8, 9, 100, 2000])
    for (let i = 0; i < depth; i++) nested = random.chance(0.5) ? array([nested]) : map([unsigned(i % 24), nested])
    Object.assign(random.pick(everyItem(root)), nested)
    return undefined
  }),
  mutator("cbor: very many small members", (random, root) => {
    const item = random.pick(containers(root))
    const many = 1 + random.int(random.chance(0.2) ? 20_000 : 500)
    const child = () => (random.chance(0.5) ? unsigned(random.int(1 << 16)) : byteString(random.bytes(1)))
    for (let i = 0; i < many; i++) item.children.push(...(item.major === 5 ? [unsigned(1000 + i), child()] : [child()]))
    recount(item)
    return undefined
  }),
]

function strings(root: Item): readonly Item[] {
  return everyItem(root).filter(({ major, width }) => (major === 2 || major === 3) && width !== null)
}

function containers(root: Item): readonly Item[] {
  const list = everyItem(root).filter(({ children, major }) => (major === 4 || major === 5) && children.length > 0)
  return list.length > 0 ? list : [root]
}

function chunk(major: number, content: Bytes): Item {
  return made(major, BigInt(content.length), { content })
}

const FOREIGN: readonly ((random: Random) => Item)[] = [
  () => made(7, 22n),
  () => made(7, 23n),
  () => made(7, 20n),
  () => ({ ...made(7, 0n), argument: 0x3c00n, width: 2 }),
  () => made(0, 0xffffffffffffffffn),
  () => made(1, 0n),
  () => map([]),
  () => array([]),
  () => byteString(new Uint8Array()),
  () => text(""),
  (random) => unsigned(random.int(2 ** 31)),
  (random) => byteString(random.bytes(random.pick([1, 32, 47, 48, 49, 1024, 1025, 4000]))),
  () => text("SHA384"),
  () => ({ ...made(3, 2n), content: Uint8Array.of(0xc3, 0x28) }),
]

function foreign(random: Random): Item {
  return random.pick(FOREIGN)(random)
}
