import type { Bytes } from "../../../shared/bytes.ts"
import { byteString, type Item, made, recount, text, unsigned, valueOfKey } from "../cbor-tree.ts"
import { type Mutator, mutator } from "../mutator.ts"
import type { Random } from "../random.ts"

/** Well-formed values that say something else: what a hostile operator would sign if it held the leaf's key. */
export const FIELD_MUTATORS: readonly Mutator<Item>[] = [
  mutator("field: module_id", (random, payload) => {
    const names = [
      "",
      "i-0-enc0",
      "i-00-tpm0000000000000000",
      "a b",
      "\u0000",
      "é",
      "x".repeat(200),
      "i-1234567890abcdef0-enc1",
    ]
    return replace(payload, "module_id", text(random.pick(names)))
  }),
  mutator("field: digest", (random, payload) =>
    replace(payload, "digest", text(random.pick(["SHA256", "SHA512", "sha384", "SHA384 ", ""]))),
  ),
  mutator("field: timestamp", (random, payload) => {
    const item = valueOfKey(payload, "timestamp")
    if (item === undefined) return undefined
    const hour = 3_600_000n
    const steps = [-400n * 24n * hour, -4n * hour, -hour, -301_000n, -1000n, -1n, 1n, 1000n, 301_000n, 5n * hour]
    const moved = item.argument + random.pick(steps)
    const argument = random.chance(0.15)
      ? random.pick([0n, 1n, 8_640_000_000_000_000n, 2n ** 53n, 2n ** 64n - 1n])
      : moved
    return replace(payload, "timestamp", made(0, argument < 0n ? 0n : argument))
  }),
  mutator("field: a register's value", (random, payload) => {
    const [, value] = register(random, payload)
    if (value === undefined) return undefined
    const content = value.content.slice()
    if (content.length > 0) content[random.int(content.length)] = random.int(256)
    const damaged = [new Uint8Array(48), content, content, content.slice(1)]
    Object.assign(value, byteString(random.pick(damaged)))
    return undefined
  }),
  mutator("field: a register's index", (random, payload) => {
    const [index] = register(random, payload)
    if (index !== undefined) {
      const other = [unsigned(random.int(40)), made(1, BigInt(random.int(40))), text(String(random.int(32)))]
      Object.assign(index, random.pick(other))
    }
    return undefined
  }),
  mutator("field: a register more", (random, payload) => {
    const pcrs = registers(payload)
    if (pcrs === undefined) return undefined
    pcrs.children.push(unsigned(random.int(34)), byteString(random.bytes(48)))
    recount(pcrs)
    return undefined
  }),
  ...(["public_key", "user_data", "nonce"] as const).map((name) =>
    mutator<Item>(`field: ${name}`, (random, payload) =>
      replace(payload, name, free(random, valueOfKey(payload, name))),
    ),
  ),
]

/** user_data of the other kind of statement: both names have the same length. */
const KINDS = ["parley/session/v1", "parley/receipt/v1"] as const

function otherKind(bytes: Bytes): Bytes {
  const text = Buffer.from(bytes).toString("latin1")
  const [session, receipt] = KINDS
  const swapped = text.includes(session) ? text.replace(session, receipt) : text.replace(receipt, session)
  return Uint8Array.from(Buffer.from(swapped, "latin1"))
}

function replace(payload: Item, name: string, value: Item): undefined {
  const item = valueOfKey(payload, name)
  if (item !== undefined) Object.assign(item, value)
}

function registers(payload: Item): Item | undefined {
  return valueOfKey(payload, "pcrs") ?? valueOfKey(payload, "nitrotpm_pcrs")
}

/** Mostly one of those that policies speak of. */
function register(random: Random, payload: Item): readonly [Item | undefined, Item | undefined] {
  const children = registers(payload)?.children ?? []
  const indices = children.flatMap((_, i) => (i % 2 === 0 ? [i] : []))
  const spoken = indices.filter((i) => [0n, 1n, 2n, 16n, 17n].includes(children[i]?.argument ?? -1n))
  const at = random.pick(spoken.length > 0 && random.chance(0.7) ? spoken : [...indices, 0])
  return [children[at], children[at + 1]]
}

function free(random: Random, present: Item | undefined): Item {
  const bytes: Bytes = present?.content ?? new Uint8Array()
  const damaged = bytes.slice()
  if (damaged.length > 0) damaged[random.int(damaged.length)] = random.int(256)
  return random.pick([
    made(7, 22n),
    byteString(new Uint8Array()),
    byteString(damaged),
    byteString(bytes.slice(1)),
    byteString(otherKind(bytes)),
    byteString(Uint8Array.of(...bytes, 0)),
    byteString(random.bytes(random.pick([1, 32, 120, 1024, 1025]))),
  ])
}
