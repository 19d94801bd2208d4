import { utf8 } from "../../../../shared/bytes.ts"
import type { NormalizationStep } from "../../../../shared/contract/tokens.ts"
import { normalize } from "../../../../shared/tokens/normalize.ts"
import { INITIAL_STATE, ROUND_CONSTANTS, STATE, VECTOR } from "./compression.ts"
import { KEPT, kernel, TRIMMED } from "./kernel.ts"
import { AT, MOST_BYTES, PAGES, ROW_BYTES, TOKEN_BYTES } from "./layout.ts"

/** Distance of the tables that say what becomes of a byte. */
const ASCII = 0
const VERBATIM = AT.verbatimMapped - AT.mapped

const MOST_BYTES_OF_CHARACTER = 4
const BLOCK_BYTES = 64
const LENGTH_BYTES = 8
const INNER_PAD = 0x36
const OUTER_PAD = 0x5c

interface Exports {
  compress(words: number, from: number, to: number): void
  tokens(rows: number, table: number): number
}

/** Tokens of many texts at once: normalisation of ASCII text and HMAC-SHA-256 (RFC 2104), four rows side by side. */
export class BatchHmac {
  readonly memory: ArrayBuffer
  readonly #bytes: Uint8Array<ArrayBuffer>
  readonly #words: Uint32Array<ArrayBuffer>
  readonly #buffer: Buffer
  readonly #exports: Exports
  readonly #steps: readonly NormalizationStep[]

  constructor(steps: readonly NormalizationStep[]) {
    this.#steps = steps
    const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES })
    this.memory = memory.buffer
    this.#bytes = new Uint8Array(memory.buffer)
    this.#words = new Uint32Array(memory.buffer)
    this.#buffer = Buffer.from(memory.buffer)
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(kernel()), { env: { memory } })
    this.#exports = exports as unknown as Exports
    this.#splat(AT.constants, ROUND_CONSTANTS)
    this.#splat(AT.initial, INITIAL_STATE)
    // The outer hash is of the key's block and a digest of 32 bytes: its padding never changes.
    this.#splat(AT.outerWords + STATE, [0x80000000, 0, 0, 0, 0, 0, 0, 8 * (BLOCK_BYTES + 32)])
    this.#learn()
  }

  /** Puts another key of at most 64 bytes under it. */
  setKey(key: Uint8Array): void {
    for (const [pad, to] of [
      [INNER_PAD, AT.inner],
      [OUTER_PAD, AT.outer],
    ] as const) {
      const block = new Uint8Array(BLOCK_BYTES).map((_, index) => (key[index] ?? 0) ^ pad)
      this.#compress(block, AT.initial, to)
      block.fill(0)
    }
    this.#bytes.fill(0, AT.words, AT.outerWords)
  }

  /**
   * Writes the tokens of the texts that `AT.rows` tells of to `target`, as the engine stores them. Texts that are not
   * ASCII take the way over the portable implementation; texts that are too long are asked for by their row.
   */
  run(rows: number, target: Uint8Array, textOf: (row: number) => string): void {
    const left = [...this.#tokens(rows, ASCII)]
    target.set(this.#bytes.subarray(AT.tokens, AT.tokens + rows * TOKEN_BYTES))
    const normalized = left.map((row) => normalize(this.#gathered(row) ?? textOf(row), this.#steps))
    // What was gathered is no longer needed.
    let at: number = AT.text
    for (const [index, text] of normalized.entries()) {
      // No part of a character is written: of a text that is cut, more than the kernel takes is there all the same.
      const length = this.#buffer.write(text, at, MOST_BYTES + MOST_BYTES_OF_CHARACTER)
      this.#describe(index, at, length)
      at += length
    }
    const tooLong = this.#tokens(left.length, VERBATIM)
    for (const [index, row] of left.entries()) {
      const token = AT.tokens + index * TOKEN_BYTES
      target.set(this.#bytes.subarray(token, token + TOKEN_BYTES), row * TOKEN_BYTES)
    }
    for (const index of [...tooLong])
      target.set(this.one(utf8(normalized[index] ?? "")), (left[index] ?? 0) * TOKEN_BYTES)
  }

  /** The token of one normalised text of any length, as the engine stores it. */
  one(text: Uint8Array): Uint8Array {
    const padded = new Uint8Array(Math.ceil((text.length + 1 + LENGTH_BYTES) / BLOCK_BYTES) * BLOCK_BYTES)
    padded.set(text)
    padded[text.length] = 0x80
    new DataView(padded.buffer).setUint32(padded.length - 4, 8 * (BLOCK_BYTES + text.length))
    for (let at = 0; at < padded.length; at += BLOCK_BYTES) {
      this.#compress(padded.subarray(at, at + BLOCK_BYTES), at === 0 ? AT.inner : AT.outerWords, AT.outerWords)
    }
    this.#exports.compress(AT.outerWords, AT.outer, AT.digest)
    const token = new DataView(new ArrayBuffer(TOKEN_BYTES))
    for (let word = 0; word < 4; word++) {
      const value = this.#words[(AT.digest + word * VECTOR) / 4] ?? 0
      token.setUint32(TOKEN_BYTES - 4 - 4 * word, word === 0 ? value ^ 0x80000000 : value, true)
    }
    return new Uint8Array(token.buffer)
  }

  /** Overwrites the key and the last texts. */
  wipe(): void {
    this.#bytes.fill(0)
  }

  /** The rows that the kernel has left to others. */
  #tokens(rows: number, table: number): Uint32Array {
    for (let padding = rows; padding < rows + 3; padding++) this.#describe(padding, 0, 0)
    const left = this.#exports.tokens(rows, table)
    return this.#words.subarray(AT.left / 4, AT.left / 4 + left)
  }

  #describe(row: number, start: number, length: number): void {
    const place = (AT.rows + row * ROW_BYTES) / 4
    this.#words[place] = start
    this.#words[place + 1] = length
  }

  /** The text of a row as it was gathered; null when it was too long for that. */
  #gathered(row: number): string | null {
    const place = (AT.rows + row * ROW_BYTES) / 4
    const [start = 0, length = 0] = this.#words.subarray(place, place + 2)
    return length > MOST_BYTES ? null : this.#buffer.toString("utf8", start, start + length)
  }

  #compress(block: Uint8Array, from: number, to: number): void {
    const view = new DataView(block.buffer, block.byteOffset, BLOCK_BYTES)
    for (let word = 0; word < BLOCK_BYTES / 4; word++) this.#splat(AT.words + word * VECTOR, [view.getUint32(4 * word)])
    this.#exports.compress(AT.words, from, to)
  }

  #splat(address: number, words: readonly number[]): void {
    for (const [index, word] of words.entries()) {
      const place = (address + index * VECTOR) / 4
      this.#words.fill(word, place, place + 4)
    }
  }

  /** What each ASCII character becomes, from the portable implementation: none of the steps looks at its neighbours. */
  #learn(): void {
    const inner = this.#steps.filter((step) => step !== "trim")
    for (let byte = 0; byte < 256; byte++) {
      this.#bytes[AT.verbatimMapped + byte] = byte
      this.#bytes[AT.verbatimKind + byte] = KEPT
    }
    for (let code = 0; code < 128; code++) {
      const character = String.fromCharCode(code)
      const mapped = normalize(character, inner)
      const trimmed = this.#steps.includes("trim") && normalize(character, ["trim"]) === ""
      this.#bytes[AT.mapped + code] = mapped.charCodeAt(0) || 0
      this.#bytes[AT.kind + code] = (mapped === "" ? 0 : KEPT) | (trimmed ? TRIMMED : 0)
    }
  }
}
