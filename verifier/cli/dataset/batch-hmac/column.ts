import type { DuckDBVector } from "@duckdb/node-api"
import { getStringBytes } from "@duckdb/node-api/lib/vectors/dataAccessors.js"
import { ParleyError } from "../../../../shared/errors/index.ts"
import { AT, GAP_BYTES, MOST_BYTES, ROW_BYTES, STRING_BYTES } from "./layout.ts"

/** Shorter texts lie in the vector itself. */
const INLINED_BYTES = 12

/** The bytes of a vector as the engine has them; a package that no longer shows them must not seal by chance. */
export function vectorBytes(vector: DuckDBVector): Uint8Array {
  const view: unknown = Reflect.get(vector, "dataView")
  if (view instanceof DataView) return new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
  throw new ParleyError("internal", "the local engine's vectors have another layout")
}

/** The rows that are null, by the engine's bit mask; even a column without empty cells can have a dictionary with one. */
export function nullRows(vector: DuckDBVector): readonly number[] {
  const validity: unknown = Reflect.get(vector, "validity")
  const mask: unknown = typeof validity === "object" && validity !== null ? Reflect.get(validity, "data") : undefined
  if (mask === null) return []
  if (!(mask instanceof BigUint64Array)) throw new ParleyError("internal", "the engine's vectors have another layout")
  const rows: number[] = []
  for (const [index, bits] of mask.entries()) {
    const nulls = BigInt.asUintN(Math.min(64, vector.itemCount - 64 * index), ~bits)
    for (let bit = 0; nulls >> BigInt(bit) !== 0n; bit++) {
      if (((nulls >> BigInt(bit)) & 1n) === 1n) rows.push(64 * index + bit)
    }
  }
  return rows
}

/**
 * Copies the texts of a column into the kernel's memory, and writes where each one starts and how long it is. Texts that
 * lie near each other are read at once; those that are too long for the kernel, not at all.
 */
export class TextGatherer {
  readonly #bytes: Uint8Array<ArrayBuffer>
  readonly #words: Uint32Array<ArrayBuffer>
  readonly #run = new DataView(new ArrayBuffer(STRING_BYTES))
  /** Addresses in the engine's memory, and where the run will lie in the kernel's. */
  #from = 0
  #to = 0
  #at = 0

  constructor(memory: ArrayBuffer) {
    this.#bytes = new Uint8Array(memory)
    this.#words = new Uint32Array(memory)
  }

  gather(column: Uint8Array, nulls: readonly number[]): void {
    this.#bytes.set(column, AT.column)
    // In the place of a null there may be any length and address, which must not be followed.
    for (const row of nulls) this.#words[(AT.column + row * STRING_BYTES) / 4] = 0
    this.#at = AT.text
    const rows = column.length / STRING_BYTES
    for (let row = 0; row < rows; row++) {
      const entry = AT.column + row * STRING_BYTES
      const length = this.#words[entry / 4] ?? 0
      const place = (AT.rows + row * ROW_BYTES) / 4
      this.#words[place] = length <= INLINED_BYTES ? entry + 4 : length > MOST_BYTES ? 0 : this.#follow(entry, length)
      this.#words[place + 1] = length
    }
    this.#read()
  }

  /** Where the text at the address of the entry will lie. */
  #follow(entry: number, length: number): number {
    const address = (this.#words[entry / 4 + 2] ?? 0) + (this.#words[entry / 4 + 3] ?? 0) * 2 ** 32
    if (address < this.#from || address >= this.#to + GAP_BYTES) {
      this.#read()
      this.#from = address
      this.#to = address
    }
    this.#to = Math.max(this.#to, address + length)
    return this.#at + address - this.#from
  }

  /** One look into the engine's memory for a run of texts, through the package's own function. */
  #read(): void {
    const bytes = this.#to - this.#from
    if (bytes === 0) return
    this.#run.setUint32(0, bytes, true)
    this.#run.setBigUint64(8, BigInt(this.#from), true)
    this.#bytes.set(getStringBytes(this.#run, 0), this.#at)
    this.#at += bytes
    this.#from = 0
    this.#to = 0
  }
}
