import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { basename } from "node:path"
import { expect } from "vitest"
import * as z from "zod"
import { toHex, utf8 } from "../../shared/bytes.ts"
import { canonicalBytes, canonicalText, parseCanonical } from "../../shared/json/canonical.ts"
import { expectCode } from "../support/rejects.ts"
import { sharedPath } from "../support/shared-folder.ts"
import type { Judge } from "./tally.ts"

const Anything = z.unknown()
const MAX_BYTES = 1000

function inputOf(path: string): unknown {
  const name = basename(path).replace(/\.(?:json|txt)$/, ".json")
  return JSON.parse(readFileSync(sharedPath(`evidence/conformance/jcs/input/${name}`), "utf8"))
}

/** As it is, an input is not canonical, and a signed object in that form is refused. */
export const jcsInput: Judge = async (file, tally) => {
  await expectCode("json-not-canonical", () => parseCanonical(file, Anything, MAX_BYTES))
  tally.run()
}

/** The canonical form of the input of that name; as received bytes it is accepted. */
export const jcsOutput: Judge = (file, tally, path) => {
  const expected = file.toString().trimEnd()
  expect(canonicalText(inputOf(path))).toBe(expected)
  expect(parseCanonical(utf8(expected), Anything, MAX_BYTES)).toEqual(inputOf(path))
  tally.run()
}

/** The same in bytes, as hex in words. */
export const jcsHex: Judge = (file, tally, path) => {
  expect(toHex(canonicalBytes(inputOf(path)))).toBe(file.toString().replace(/\s/g, ""))
  tally.run()
}

/** SHA-256 of the first lines of the published number file (github.com/cyberphone/json-canonicalization, testdata). */
const PUBLISHED: ReadonlyMap<number, string> = new Map([
  [1_000, "be18b62b6f69cdab33a7e0dae0d9cfa869fda80ddc712221570f9f40a5878687"],
  [10_000, "b9f7a8e75ef22a835685a52ccba7f7d6bdc99e34b010992cbc5864cd12be6892"],
  [100_000, "22776e6d4b49fa294a0d0f349268e5c28808fe7e0cb2bcbe28f63894e494d4c7"],
])

/** Numbers as `numgen.js` makes them: its own list, 2000 in a row, then a SHA-256 chain. */
export const jcsNumbers: Judge = (file, tally) => {
  const listed = [...file.toString().matchAll(/0x([0-9a-f]{16})n/g)].map(([, hex = ""]) => BigInt(`0x${hex}`))
  const hash = createHash("sha256")
  let lines = 0
  for (const bits of numbers(listed.slice(0, -1))) {
    hash.update(`${bits.toString(16)},${canonicalText(asDouble(bits))}\n`)
    lines++
    const published = PUBLISHED.get(lines)
    if (published !== undefined) expect(hash.copy().digest("hex"), `${lines} lines`).toBe(published)
    tally.run()
    if (lines === Math.max(...PUBLISHED.keys())) return
  }
}

/** The last constant in the file is the start of the row, not of the list. */
const ROW_START = 0x0010000000000000n

function* numbers(listed: readonly bigint[]): Generator<bigint> {
  yield* listed
  for (let i = 0n; i < 2000n; i++) yield ROW_START + i
  let block: Uint8Array = new Uint8Array(32)
  for (;;) {
    block = createHash("sha256").update(block).digest()
    const view = new DataView(block.buffer, block.byteOffset, block.length)
    for (let at = 0; at < 32; at += 8) {
      const bits = view.getBigUint64(at, true)
      if (asDouble(bits) !== 0 && Number.isFinite(asDouble(bits))) yield bits
    }
  }
}

function asDouble(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, bits)
  return view.getFloat64(0)
}
