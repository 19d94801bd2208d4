import { identifier, literal } from "./quote.ts"

/** One dataset as SQL reads it. */
export interface TableSource {
  readonly dataset: string
  readonly owner: string
  readonly identityColumn: string
  /** What follows FROM; its columns are the dataset's, of their physical types. */
  readonly from: string
  /** Whether no identity has more than one row, counted and not just declared. */
  readonly uniqueIdentities: boolean
  /** Identities that the owner takes out. */
  readonly optOuts: readonly string[]
  /** Those of them that an earlier run on the same data may have had, with a number that is greater the later they went. */
  readonly newOptOuts: readonly NewOptOut[]
}

export interface NewOptOut {
  readonly token: string
  readonly step: number
}

/**
 * Which rows are read: what the result is made of; or those of people whom an owner has newly taken out and of nobody
 * else, as they were when only these owners had done so.
 */
export type View = "released" | { readonly tookOut: readonly string[] }

/** Prints each dataset's rows in one view. */
export class Sources {
  readonly #tables: readonly TableSource[]
  readonly #view: View
  readonly #touched: readonly string[]

  constructor(tables: readonly TableSource[], view: View) {
    this.#tables = tables
    this.#view = view
    this.#touched = [...new Set(tables.flatMap(({ newOptOuts }) => newOptOuts.map(({ token }) => token)))]
  }

  table(dataset: string): TableSource {
    const table = this.#tables.find((candidate) => candidate.dataset === dataset)
    if (table === undefined) throw new RangeError("no table")
    return table
  }

  sql(dataset: string): string {
    const table = this.table(dataset)
    const conditions = [
      ...(this.#view === "released" ? [] : [`IN (${tokens(this.#touched)})`]),
      ...without(this.#takenOut(table)),
    ]
    if (conditions.length === 0) return table.from
    const where = conditions.map((condition) => `${identifier(table.identityColumn)} ${condition}`).join(" AND ")
    return `(SELECT * FROM ${table.from} WHERE ${where})`
  }

  #takenOut({ newOptOuts, optOuts, owner }: TableSource): readonly string[] {
    if (this.#view === "released" || this.#view.tookOut.includes(owner)) return optOuts
    const added = new Set(newOptOuts.map(({ token }) => token))
    return optOuts.filter((token) => !added.has(token))
  }
}

function without(optOuts: readonly string[]): readonly string[] {
  return optOuts.length === 0 ? [] : [`NOT IN (${tokens(optOuts)})`]
}

function tokens(list: readonly string[]): string {
  return list.map((token) => `${literal(token)}::UUID`).join(", ")
}
