import * as z from "zod"
import { type Bytes, utf8 } from "../../../shared/bytes.ts"
import { parseCanonical } from "../../../shared/json/canonical.ts"
import { mutate } from "../mutator.ts"
import { BYTE_MUTATORS } from "../mutators/bytes.ts"
import { JSON_MUTATORS } from "../mutators/json.ts"
import type { Target } from "../target.ts"

const Anything = z.unknown()
const MAX_BYTES = 64 * 1024
const BASES: readonly Bytes[] = [
  { a: 1, b: "two", c: [true, false, null], d: { e: -5, f: 1e21, g: 0.000001 } },
  { "": "", "\u20ac": "euro", "\ud83d\ude00": "smile", é: '\u0001\u007f\\"/' },
  [[[[[[1, "2", { three: [4] }]]]]], 1.7976931348623157e308, 5e-324, 2251799813685248.5],
].map((value) => utf8(written(value)))

/** RFC 8785 in a few lines: sorted members, no white space, numbers and strings as ECMAScript writes them. */
export function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(",")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${written(member)}`).join(",")}}`
}

/** What is wrong with having accepted this text as canonical, or null. */
export function textFault(bytes: Uint8Array): string | null {
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  if (written(JSON.parse(text)) !== text) return "it is not in RFC 8785 form"
  return /\\ud[89a-f]/.test(text) ? "it has a lone surrogate" : null
}

/** The reader of signed JSON, over damaged objects. */
export const canonical: Target<unknown> = {
  again: {},
  codes: new Set(["json-malformed", "json-not-canonical", "json-too-large"]),
  fault: ({ bytes }, value) => {
    const same = written(value) === new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)
    return textFault(bytes) ?? (same ? null : "it reads as another value")
  },
  generate: (random) => {
    const mutations: string[] = []
    let bytes = random.pick(BASES)
    do bytes = mutate(random, random.chance(0.7) ? JSON_MUTATORS : BYTE_MUTATORS, bytes, mutations)
    while (bytes.length > 0 && random.chance(0.3))
    return { base: "json", bytes, mutations }
  },
  name: "canonical",
  run: async ({ bytes }) => parseCanonical(bytes, Anything, MAX_BYTES),
}
