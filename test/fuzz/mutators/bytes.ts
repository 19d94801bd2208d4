import { type Bytes, concat } from "../../../shared/bytes.ts"
import { type Mutator, mutator } from "../mutator.ts"
import type { Random } from "../random.ts"

/** Damage to bytes that knows nothing of what they mean. */
export const BYTE_MUTATORS: readonly Mutator<Bytes>[] = [
  mutator("bytes: flip a bit", (random, bytes) => {
    const out = bytes.slice()
    const at = random.int(out.length)
    out[at] = (out[at] ?? 0) ^ (1 << random.int(8))
    return out
  }),
  mutator("bytes: set a byte to an edge", (random, bytes) => {
    const out = bytes.slice()
    out[random.int(out.length)] = random.pick([0x00, 0x01, 0x7f, 0x80, 0xff, 0x9f, 0xbf, 0x5f])
    return out
  }),
  mutator("bytes: cut the end", (random, bytes) => bytes.slice(0, random.int(bytes.length + 1))),
  mutator("bytes: add to the end", (random, bytes) => concat(bytes, random.bytes(1 + random.int(64)))),
  mutator("bytes: remove a piece", (random, bytes) => {
    const [from, to] = piece(random, bytes)
    return concat(bytes.subarray(0, from), bytes.subarray(to))
  }),
  mutator("bytes: repeat a piece", (random, bytes) => {
    const [from, to] = piece(random, bytes)
    return concat(bytes.subarray(0, to), bytes.subarray(from, to), bytes.subarray(to))
  }),
  mutator("bytes: insert noise", (random, bytes) => {
    const at = random.int(bytes.length + 1)
    return concat(bytes.subarray(0, at), random.bytes(1 + random.int(16)), bytes.subarray(at))
  }),
]

function piece(random: Random, bytes: Bytes): readonly [number, number] {
  const from = random.int(bytes.length + 1)
  return [from, Math.min(bytes.length, from + 1 + random.int(64))]
}
