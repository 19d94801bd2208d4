import { p384 } from "@noble/curves/nist.js"
import type { Bytes } from "../../../shared/bytes.ts"
import { byteString, type Item, made, map, recount, text, unsigned } from "../cbor-tree.ts"
import { type Mutator, mutator } from "../mutator.ts"

const SIGNATURE = 3
const HALF = 48

/** Damage to the COSE_Sign1 around a payload, after it was signed. */
export const ENVELOPE_MUTATORS: readonly Mutator<Item>[] = [
  mutator("envelope: high or low s", (_random, envelope) => {
    const signature = envelope.children[SIGNATURE]
    if (signature !== undefined) Object.assign(signature, byteString(negated(signature.content)))
    return undefined
  }),
  mutator("envelope: r or s at an edge", (random, envelope) => {
    const signature = envelope.children[SIGNATURE]
    if (signature === undefined) return undefined
    const order = bigEndian(p384.Point.Fn.ORDER)
    const edge = random.pick([new Uint8Array(HALF), order, new Uint8Array(HALF).fill(0xff), bigEndian(1n)])
    const damaged = signature.content.slice()
    damaged.set(edge, random.pick([0, HALF]))
    Object.assign(signature, byteString(damaged))
    return undefined
  }),
  mutator("envelope: signature of another length", (random, envelope) => {
    const signature = envelope.children[SIGNATURE]
    if (signature === undefined) return undefined
    const { content } = signature
    const lengths = [content.slice(0, 95), Uint8Array.of(...content, 0), content.slice(0, 64), new Uint8Array()]
    Object.assign(signature, byteString(random.pick(lengths)))
    return undefined
  }),
  mutator("envelope: protected header", (random, envelope) => {
    const headers = [
      "a10126",
      "a1013823",
      "a0",
      "",
      "bf013822ff",
      "a101390022",
      "a20138220441aa",
      "a2013822013822",
      "a201382202810a",
      "40",
      "f6",
    ]
    envelope.children[0] = byteString(Buffer.from(random.pick(headers), "hex"))
    return undefined
  }),
  mutator("envelope: unprotected header", (random, envelope) => {
    const alg = made(1, 34n)
    const maps = [
      [unsigned(1), alg],
      [unsigned(4), byteString(random.bytes(4))],
      [text("x"), made(7, 22n)],
    ]
    envelope.children[1] = random.chance(0.2) ? { ...map([]), width: null } : map(random.pick(maps))
    return undefined
  }),
  mutator("envelope: a tag around it", (random, envelope) =>
    made(6, random.pick([18n, 98n, 61n, 55799n]), { children: [envelope] }),
  ),
  mutator("envelope: a part more or less", (random, envelope) => {
    if (random.chance(0.5)) envelope.children.splice(random.int(4), 1)
    else envelope.children.push(byteString(random.bytes(4)))
    recount(envelope)
    return undefined
  }),
]

/** The other signature over the same message: (r, n - s). About half of the genuine ones are the high one. */
function negated(signature: Bytes): Bytes {
  const s = BigInt(`0x${Buffer.from(signature.slice(HALF)).toString("hex") || "0"}`)
  return Uint8Array.of(...signature.slice(0, HALF), ...bigEndian(p384.Point.Fn.ORDER - s))
}

function bigEndian(value: bigint): Bytes {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(2 * HALF, "0"), "hex"))
}
