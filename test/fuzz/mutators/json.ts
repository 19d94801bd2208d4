import type { Bytes } from "../../../shared/bytes.ts"
import { type Mutator, mutator } from "../mutator.ts"
import type { Random } from "../random.ts"

const decode = (bytes: Bytes) => new TextDecoder().decode(bytes)
const encode = (text: string) => new TextEncoder().encode(text)

/** Damage to JSON text: other spellings of the same value, and what parsers read in different ways. */
export const JSON_MUTATORS: readonly Mutator<Bytes>[] = [
  mutator("json: white space", (random, bytes) =>
    inserted(random, bytes, random.pick([" ", "\n", "\t", "\u00a0", "\ufeff"])),
  ),
  mutator("json: a character escaped", (random, bytes) => {
    const text = decode(bytes)
    const at = random.int(text.length + 1)
    const code = (text.codePointAt(at) ?? 0x41) & 0xffff
    const escaped = `\\u${code.toString(16).padStart(4, "0")}`
    return encode(text.slice(0, at) + (random.chance(0.5) ? escaped : escaped.toUpperCase()) + text.slice(at + 1))
  }),
  mutator("json: another spelling of a number", (random, bytes) =>
    replaced(random, bytes, /-?\d+(?:\.\d+)?/g, (number) =>
      random.pick([
        `${number}.0`,
        `${number}e0`,
        `0${number}`,
        `-${number}`,
        `${number}0`,
        "1e400",
        "-0",
        "9007199254740993",
        "0.1e-7",
      ]),
    ),
  ),
  mutator("json: a member twice", (random, bytes) =>
    replaced(random, bytes, /"[^"\\]*":(?:"[^"\\]*"|\d+|true|false|null)/g, (member) => `${member},${member}`),
  ),
  mutator("json: two members swapped", (random, bytes) =>
    replaced(random, bytes, /"[^"\\]*":"[^"\\]*","[^"\\]*":"[^"\\]*"/g, (pair) => {
      const at = pair.indexOf('","') + 1
      return `${pair.slice(at + 1)},${pair.slice(0, at)}`
    }),
  ),
  mutator("json: a foreign member", (random, bytes) => {
    const names = ["__proto__", "constructor", "toString", "", "\u0000", "\ud800", "zz", "é"]
    const member = `${JSON.stringify(random.pick(names))}:${random.pick(VALUES)}`
    return replaced(random, bytes, /\{/g, () => `{${member},`)
  }),
  mutator("json: another value", (random, bytes) =>
    replaced(random, bytes, /"[^"\\]*"|\d+|true|false|null/g, () => random.pick(VALUES)),
  ),
  mutator("json: nested deep", (random, bytes) => {
    const depth = random.pick([31, 32, 33, 2000, 30_000])
    const [open, close] = random.pick([
      ["[", "]"],
      ['{"a":', "}"],
    ] as const)
    return replaced(random, bytes, /"[^"\\]*"|\d+/g, (value) => open.repeat(depth) + value + close.repeat(depth))
  }),
  mutator("json: very many members", (random, bytes) => {
    const many = 1 + random.int(random.chance(0.1) ? 8000 : 200)
    const members = Array.from({ length: many }, (_, i) => `"k${i}":${i}`).join(",")
    return replaced(random, bytes, /\{/g, () => `{${members},`)
  }),
]

const VALUES = ["null", "true", "0", "-1", "1.5", '""', '"x"', "[]", "{}", '"\\ud800"', "NaN", "1e999", "[[[]]]", "'x'"]

function inserted(random: Random, bytes: Bytes, piece: string): Bytes {
  const text = decode(bytes)
  const at = random.int(text.length + 1)
  return encode(text.slice(0, at) + piece + text.slice(at))
}

function replaced(random: Random, bytes: Bytes, pattern: RegExp, by: (found: string) => string): Bytes {
  const text = decode(bytes)
  const found = [...text.matchAll(pattern)]
  if (found.length === 0) return bytes
  const { 0: match, index } = random.pick(found)
  return encode(text.slice(0, index) + by(match) + text.slice(index + match.length))
}
