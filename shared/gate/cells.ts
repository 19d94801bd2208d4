import { ParleyError } from "../errors/index.ts"
import { textToScaled } from "../query/decimal.ts"
import type { Cell } from "../query/sql/layout.ts"

type Address = Cell["kind"] | `${Cell["kind"]}/${number}` | `${Cell["kind"]}/${number}/${string}` | `present/${string}`

/** Cells of one row of the engine by what they are, each read in the one form that DuckDB writes. */
export class Cells {
  readonly #cells = new Map<string, string | null>()

  constructor(layout: readonly Cell[], row: readonly (string | null)[]) {
    if (row.length !== layout.length) throw refused("a row of another shape")
    for (const [index, cell] of layout.entries()) this.#cells.set(addressOf(cell), row[index] ?? null)
  }

  text(address: Address): string | null {
    return this.#cells.get(address) ?? null
  }

  /** A count of at most `most`. */
  count(address: Address, most: bigint): bigint {
    const cell = this.text(address)
    if (cell === null || !/^(?:0|[1-9]\d{0,30})$/.test(cell)) throw refused("a count that is no number")
    const value = BigInt(cell)
    if (value > most) throw refused("a count beyond its bound")
    return value
  }

  /** A count, or null where there is nothing to count. */
  countOrNull(address: Address, most: bigint): bigint | null {
    return this.text(address) === null ? null : this.count(address, most)
  }

  /** A sum in units of its scale; of no values, nothing. */
  sum(address: Address, scale: number): bigint {
    return scaled(this.text(address) ?? "0", scale)
  }

  /** Numbers in units of their scale, zeros at the end left out. */
  list(address: Address, scale: number): readonly bigint[] {
    const cell = this.text(address) ?? "[]"
    const inside = /^\[(.*)\]$/.exec(cell)?.[1]
    if (inside === undefined) throw refused("shares that are no list")
    const numbers = inside === "" ? [] : inside.split(", ").map((number) => scaled(number, scale))
    const last = numbers.findLastIndex((number) => number !== 0n)
    return numbers.slice(0, last + 1)
  }
}

function addressOf(cell: Cell): Address {
  switch (cell.kind) {
    case "alike":
    case "people":
    case "touched":
      return cell.kind
    case "dimension":
      return `${cell.kind}/${cell.dimension}`
    case "present":
      return `${cell.kind}/${cell.owner}`
    case "contributing-present":
      return `${cell.kind}/${cell.aggregate}/${cell.owner}`
    default:
      return `${cell.kind}/${cell.aggregate}`
  }
}

function scaled(cell: string, scale: number): bigint {
  if (!/^-?\d{1,40}(?:\.\d{1,18})?$/.test(cell) || (cell.split(".")[1] ?? "").length > scale) {
    throw refused("a sum that is no number of its scale")
  }
  return textToScaled(cell, scale)
}

export function refused(what: string): ParleyError {
  return new ParleyError("gate-refused", what)
}
