import { createHmac } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type DuckDBConnection, listValue } from "@duckdb/node-api"
import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { toHex, utf8 } from "../../../shared/bytes.ts"
import type { NormalizationStep } from "../../../shared/contract/tokens.ts"
import { normalize } from "../../../shared/tokens/normalize.ts"
import { tokenKey, uuid } from "../../../shared/tokens/token.ts"
import { assemble, i32 } from "../../../verifier/cli/dataset/batch-hmac/assembler.ts"
import { BatchHmac } from "../../../verifier/cli/dataset/batch-hmac/batch-hmac.ts"
import { INITIAL_STATE, ROUND_CONSTANTS } from "../../../verifier/cli/dataset/batch-hmac/compression.ts"
import { kernel } from "../../../verifier/cli/dataset/batch-hmac/kernel.ts"
import { defineTokenFunctions } from "../../../verifier/cli/dataset/token-functions.ts"
import { literal, openLocalEngine } from "../../../verifier/cli/engine/duckdb.ts"

const secret = new Uint8Array(32).fill(9)
const key = tokenKey(secret, "identities")

let folder: string
let engine: DuckDBConnection
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-hmac-"))
  engine = await withFunctions([])
})
afterAll(async () => {
  engine.closeSync()
  await rm(folder, { force: true, recursive: true })
})

async function withFunctions(normalization: readonly NormalizationStep[]): Promise<DuckDBConnection> {
  const opened = await openLocalEngine({ memoryBytes: 256 * 1024 * 1024, spillFolder: null })
  await defineTokenFunctions(opened, { name: "identities", normalization: [...normalization] }, secret)
  return opened
}

/** OpenSSL's word for it. */
function expectedToken(text: string): string {
  return uuid(createHmac("sha256", key).update(text).digest())
}

/** Pairs of text and token, of a relation with a column x. */
async function tokensOf(relation: string, on = engine, parameters: readonly string[][] = []) {
  const sql = `SELECT x, CAST(parley_token(x) AS VARCHAR) FROM ${relation}`
  const result = await on.runAndReadAll(sql, parameters.map(listValue))
  return result.getRows().map(([text, token]) => [String(text), String(token)] as const)
}

function requireTokens(pairs: readonly (readonly [string, string])[], count: number): void {
  expect(pairs.length).toBe(count)
  const wrong = pairs.filter(([text, token]) => token !== expectedToken(text))
  expect(wrong).toEqual([])
}

/** Deterministic text of a length in bytes. */
function made(length: number, seed: number, characters: string): string {
  let state = (seed * 2654435761 + length * 40503 + 1) >>> 0
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return characters[(state >>> 16) % characters.length] ?? ""
  }).join("")
}

const PRINTABLE = String.fromCharCode(...Array.from({ length: 95 }, (_, index) => 32 + index))

describe("the module", () => {
  it("holds the numbers of FIPS 180-4", () => {
    const ends = (numbers: readonly number[]) => [numbers[0], numbers.at(-1)].map((number) => number?.toString(16))
    expect([ROUND_CONSTANTS.length, ...ends(ROUND_CONSTANTS)]).toEqual([64, "428a2f98", "c67178f2"])
    expect([INITIAL_STATE.length, ...ends(INITIAL_STATE)]).toEqual([8, "6a09e667", "5be0cd19"])
  })

  it("is what the instructions say, byte by byte", () => {
    const answer = { body: i32.constant(-123456), locals: [], parameters: 1, result: true }
    const [header, types, imported] = [
      "0061736d01000000",
      "010601" + "60017f017f",
      "020f0103656e76066d656d6f727902000a",
    ]
    const [functions, exported, code] = [
      "03020100",
      "070a0106" + "616e73776572" + "0000",
      "0a08010600" + "41c0bb78" + "0b",
    ]
    const bytes = assemble(new Map([["answer", answer]]), 10)
    expect(toHex(bytes)).toBe([header, types, imported, functions, exported, code].join(""))
    expect(WebAssembly.validate(kernel())).toBe(true)
  })

  it("makes the HMACs of RFC 4231", () => {
    const hmac = new BatchHmac([])
    for (const [secretKey, text, mac] of [
      [new Uint8Array(20).fill(0x0b), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b"],
      [utf8("Jefe"), "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c7"],
    ] as const) {
      hmac.setKey(secretKey)
      const stored = hmac.one(utf8(text)).toReversed()
      expect(toHex(stored.map((byte, index) => (index === 0 ? byte ^ 0x80 : byte)))).toBe(mac)
    }
    hmac.wipe()
    expect(new Uint8Array(hmac.memory).every((byte) => byte === 0)).toBe(true)
  })
})

describe("tokens of columns", () => {
  it("of every length are OpenSSL's", async () => {
    const texts = Array.from({ length: 200 * 30 }, (_, index) => made(index % 200, index, PRINTABLE))
    requireTokens(await tokensOf("(SELECT unnest($1::VARCHAR[]) AS x)", engine, [texts]), texts.length)
  })

  it.each([1, 2, 3, 4, 5, 2047, 2048, 2049, 10_001])("of %d rows are each row's own", async (rows) => {
    requireTokens(await tokensOf(`(SELECT md5(i::VARCHAR) || i AS x FROM range(${rows}) t(i))`), rows)
  })

  it("do not depend on where the engine keeps a text: in files of any kind, again and again, in any order", async () => {
    const text =
      "CASE WHEN i % 7 = 0 THEN 'k' || i WHEN i % 11 = 0 THEN repeat('Z', 200 + i % 3) ELSE md5(i::VARCHAR) END"
    const far = Array.from({ length: 3000 }, (_, j) => (j * 37) % 6000).filter((length) => length > 99).length
    const file = (name: string) => literal(join(folder, name))
    await engine.run(
      `CREATE TABLE again AS SELECT ${text} AS x, repeat('-', (j * 37) % 6000) AS between
         FROM (SELECT j, (hash(j) % 300)::INTEGER AS i FROM range(3000) r(j))`,
    )
    await engine.run(`COPY again TO ${file("again.parquet")} (FORMAT parquet)`)
    await engine.run(`COPY again TO ${file("again.csv")} (HEADER)`)
    for (const relation of ["again", `read_parquet(${file("again.parquet")})`, `read_csv(${file("again.csv")})`]) {
      requireTokens(await tokensOf(relation), 3000)
      requireTokens(await tokensOf(`(SELECT lower(x) || ' ' AS x FROM ${relation} WHERE length(between) > 99)`), far)
    }
  })

  it.each([1, 63, 64, 65, 2048, 5000])("skip empty cells, whatever lies in their place, of %d rows", async (rows) => {
    const relation = `(SELECT CASE WHEN i % 3 = 1 OR i = ${rows - 1} THEN NULL ELSE md5(i::VARCHAR) END AS x FROM range(${rows}) t(i))`
    const pairs = await tokensOf(relation)
    const empty = Array.from({ length: rows }, (_, i) => i % 3 === 1 || i === rows - 1)
    expect(pairs.map(([text, token]) => [text === "null", token === "null"])).toEqual(empty.map((no) => [no, no]))
    const full = pairs.filter(([text]) => text !== "null")
    requireTokens(full, full.length)
  })

  it("of a dictionary in a file, which has an entry for empty cells even where there are none", async () => {
    const file = literal(join(folder, "dictionary.parquet"))
    for (const cell of ["md5((i % 300)::VARCHAR)", "CASE WHEN i % 5 > 0 THEN md5((i % 300)::VARCHAR) END"]) {
      await engine.run(`COPY (SELECT ${cell} AS x FROM range(9000) t(i)) TO ${file} (FORMAT parquet)`)
      const pairs = await tokensOf(`read_parquet(${file})`)
      expect(pairs.filter(([text, token]) => (text === "null") !== (token === "null"))).toEqual([])
      const full = pairs.filter(([text]) => text !== "null")
      requireTokens(full, cell.startsWith("md5") ? 9000 : 7200)
    }
  })

  it("beside letters beyond ASCII and texts of any size are each row's own", async () => {
    const texts = Array.from({ length: 3000 }, (_, index) => {
      const plain = made(1 + (index % 60), index, PRINTABLE)
      if (index % 5 === 0) return `${plain}é`
      return index % 251 === 0 ? plain.repeat(3000) : plain
    })
    requireTokens(await tokensOf("(SELECT unnest($1::VARCHAR[]) AS x)", engine, [texts]), texts.length)
  })
})

describe("texts at the end of what the kernel takes", () => {
  it("of characters of one to four bytes are hashed whole", async () => {
    const texts = ["a", "é", "€", "\u{1d400}"].flatMap((character) =>
      Array.from({ length: 24 }, (_, index) => `${"x".repeat(index % 5)}${character.repeat(28 + index)}é`),
    )
    const long = texts.flatMap((text) => [text, text + text, text + text + text])
    requireTokens(await tokensOf("(SELECT unnest($1::VARCHAR[]) AS x)", engine, [long]), long.length)
  })
})

describe("normalisation in the kernel", () => {
  const STEPS = ["alphanumeric", "digits", "lowercase", "nfkc", "no-spaces", "trim", "uppercase"] as const

  it("is the portable one, for ASCII of every kind and length, blanks and dropped characters at the ends", async () => {
    const ascii = String.fromCharCode(...Array.from({ length: 127 }, (_, index) => 1 + index))
    const edges = ["", " ", "\t\n", "  \r\f\v", " -", "- ", "a ", " b", "."]
    const texts = Array.from({ length: 1500 }, (_, index) => {
      const edge = (shift: number) => edges[(index * 7 + shift) % edges.length] ?? ""
      return edge(index) + made(index % 123, index, index % 2 === 0 ? ascii : PRINTABLE) + edge(index >> 3)
    })
    const steps = fc.uniqueArray(fc.constantFrom(...STEPS), { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(steps, async (chosen) => {
        const normalizing = await withFunctions(chosen)
        const pairs = await tokensOf("(SELECT unnest($1::VARCHAR[]) AS x)", normalizing, [texts])
        normalizing.closeSync()
        const wrong = pairs.filter(([text, token]) => token !== expectedToken(normalize(text, chosen)))
        expect([pairs.length, wrong]).toEqual([texts.length, []])
      }),
      { numRuns: 12 },
    )
  })
})
