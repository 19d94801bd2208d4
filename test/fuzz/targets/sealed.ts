import { segmentDecryption } from "../../../enclave/run/decryption/segment.ts"
import { type Bytes, concat, equalBytes } from "../../../shared/bytes.ts"
import { openPart } from "../../../shared/sealed/open-stream.ts"
import { sealPart } from "../../../shared/sealed/seal-stream.ts"
import { ENTROPY_BYTES } from "../../../shared/sealed/segment.ts"
import { mutate } from "../mutator.ts"
import { BYTE_MUTATORS } from "../mutators/bytes.ts"
import type { Target } from "../target.ts"

const part = { dataKey: new Uint8Array(32).fill(1), headerDigest: new Uint8Array(32).fill(2), index: 0, last: true }

async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function all(source: AsyncIterable<Uint8Array>): Promise<Bytes> {
  const pieces: Uint8Array[] = []
  for await (const piece of source) pieces.push(piece.slice())
  return concat(...pieces)
}

/** Sealed parts of one segment; longer ones are beyond the 64 KB that the budget speaks of. */
async function base(size: number) {
  const plaintext = new Uint8Array(size).map((_, i) => (i * 7) & 0xff)
  const entropy = new Uint8Array(ENTROPY_BYTES).fill(size & 0xff)
  return {
    bytes: await all(sealPart({ ...part, entropy, source: chunks(plaintext, 1000) })),
    name: `${size} bytes`,
    plaintext,
  }
}

const BASES = await Promise.all([0, 1, 3000, 60_000].map(base))

function open(sealed: Bytes, name: string, size: number): Promise<Bytes> {
  const bytes = BASES.find((one) => one.name === name)?.bytes.length ?? 0
  return all(openPart({ ...part, bytes, decryption: segmentDecryption, source: chunks(sealed, size) }))
}

/** The sealed format, over damaged parts of the length that the manifest names: nothing but the part itself opens. */
export const sealed: Target<Bytes> = {
  again: { "the stream in small pieces": ({ base: name, bytes }) => open(bytes, name, 37) },
  codes: new Set(["sealed-not-authentic", "sealed-truncated"]),
  fault: ({ base: name, bytes }, opened) => {
    const found = BASES.find((one) => one.name === name)
    if (found === undefined || !equalBytes(opened, found.plaintext)) return "it opens to something else"
    return equalBytes(bytes, found.bytes) ? null : "other bytes open"
  },
  generate: (random) => {
    const { bytes: original, name } = random.pick(BASES)
    const mutations: string[] = []
    let bytes = original
    do bytes = mutate(random, BYTE_MUTATORS, bytes, mutations)
    while (bytes.length > 0 && random.chance(0.3))
    return { base: name, bytes, mutations }
  },
  name: "sealed",
  run: ({ base: name, bytes }) => open(bytes, name, Math.max(1, bytes.length)),
}
