import type { Bytes } from "../../../shared/bytes.ts"
import { type Mutator, mutator } from "../mutator.ts"

/** Damage to the path as a whole, root first and leaf last. */
export const CHAIN_MUTATORS: readonly Mutator<Bytes[]>[] = [
  mutator("chain: two swapped", (random, chain) => {
    const [a, b] = [random.int(chain.length), random.int(chain.length)]
    const [first, second] = [chain[a], chain[b]]
    if (first !== undefined && second !== undefined) Object.assign(chain, { [a]: second, [b]: first })
    return undefined
  }),
  mutator("chain: one less", (random, chain) => chain.toSpliced(random.int(chain.length), 1)),
  mutator("chain: one twice", (random, chain) => chain.toSpliced(random.int(chain.length + 1), 0, random.pick(chain))),
  mutator("chain: leaf first", (_random, chain) => chain.toReversed()),
  mutator("chain: an empty one", (random, chain) => chain.toSpliced(random.int(chain.length), 1, new Uint8Array())),
  mutator("chain: many", (random, chain) => {
    const [root, ...rest] = chain
    const many = random.pick([3, 5, 11, 12, 60])
    return root === undefined ? chain : [root, ...Array.from({ length: many }, () => random.pick(chain)), ...rest]
  }),
  mutator("chain: a byte after a certificate", (random, chain) => {
    const at = random.int(chain.length)
    return chain.with(at, Uint8Array.of(...(chain[at] ?? []), random.int(256)))
  }),
]
