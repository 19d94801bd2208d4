import type { Dataset } from "../../contract/dataset.ts"
import { ColumnName } from "../../json/fields.ts"
import { ANY, EXPRESSION, requireClosed } from "../closed.ts"
import type { Expression } from "../expression.ts"
import type { Places } from "../place.ts"
import type { Relation } from "../plan.ts"
import { list, type TreeNode } from "../tree.ts"
import type { ValueType } from "../value-type.ts"
import type { Origin, Term } from "./lineage.ts"

/** A column that a relation shows: its identity, or a value. */
export type ScopeColumn = "identity" | Value
export interface Value extends Origin {
  readonly type: ValueType
  readonly nullable: boolean
}

/** A dataset or common table expression as FROM names it. */
export interface Source extends Pick<Relation, "datasets" | "identity" | "owners" | "source"> {
  readonly columns: ReadonlyMap<string, ScopeColumn>
  /** All of them behind each row. */
  readonly behind: readonly Dataset[]
  /** Most rows of one identity. */
  readonly rows: bigint
}

interface Entry {
  readonly source: Source
  readonly alias: string
  join: Relation["join"]
  tiedTo: number
  on: Expression | null
  optional: boolean
}

/** The relations of one block, and what names in it mean. Names are known in their exact spelling only. */
export class Scope {
  readonly #places: Places
  readonly #entries: Entry[] = []
  /** Relations that USING has made one column of. */
  readonly #merged = new Map<string, Set<number>>()

  constructor(places: Places) {
    this.#places = places
  }

  /** Adds a relation, first as an inner one: so it is while its ON is judged. */
  add(at: TreeNode, alias: string, source: Source): number {
    if (!ColumnName.safeParse(alias).success) this.#places.refuse(at, "a table's name is of a-z, 0-9 and _")
    if (this.#entries.some((entry) => entry.alias === alias)) {
      this.#places.refuse(at, `two tables are called ${alias}: give one another alias`)
    }
    const join = this.#entries.length === 0 ? "first" : "inner"
    this.#entries.push({ alias, join, on: null, optional: false, source, tiedTo: 0 })
    return this.#entries.length - 1
  }

  /** Ties the newest relation to an earlier one. An inner join leaves no row in which that one, or what it hangs on, is missing. */
  tie(tiedTo: number, on: Expression | null, left: boolean): void {
    const newest = this.#entries.at(-1)
    if (newest === undefined) throw new RangeError("no relation")
    Object.assign(newest, { join: left ? "left" : "inner", on, optional: left, tiedTo })
    for (let at = left ? 0 : tiedTo; at > 0; at = this.#entries[at]?.tiedTo ?? 0) {
      const entry = this.#entries[at]
      if (entry !== undefined) entry.optional = false
    }
  }

  /** USING of the newest relation: the earlier one that the name means, or null where it means none, or several. */
  using(name: string): number | null {
    const newest = this.#entries.length - 1
    const earlier = this.#having(name).filter((index) => index !== newest)
    const [first] = earlier
    if (first === undefined || !this.#areOne(name, earlier)) return null
    if (this.#column(first, name) !== "identity" || this.#column(newest, name) !== "identity") return null
    this.#merged.set(name, new Set([...earlier, newest]))
    return first
  }

  /** The relation and column that a reference means; a bare name must be unambiguous. */
  resolve(reference: TreeNode): { readonly relation: number; readonly name: string; readonly column: ScopeColumn } {
    const shape = { ...EXPRESSION, class: "COLUMN_REF", column_names: ANY, type: "COLUMN_REF" }
    requireClosed(this.#places, reference, shape, "column")
    const names = list(reference.column_names).map(String)
    const name = names.at(-1) ?? ""
    const found = this.#having(name).filter((index) => names.length === 1 || this.#entries[index]?.alias === names[0])
    const [relation] = found
    const column = relation === undefined ? undefined : this.#column(relation, name)
    if (relation === undefined || column === undefined || names.length > 2) {
      return this.#places.refuse(reference, "no such column in the joined tables")
    }
    if (!this.#areOne(name, found)) this.#places.refuse(reference, "ambiguous column: write table.column")
    return { column, name, relation }
  }

  /** Whether a bare name means some column here. */
  knows(name: string): boolean {
    return this.#having(name).length > 0
  }

  /** A value as an expression: null wherever its relation may be missing. */
  value(reference: TreeNode): Term {
    const { column, name, relation } = this.resolve(reference)
    if (column === "identity") return this.#places.refuse(reference, "identities are joined and counted, nothing else")
    const { nullable, type, ...origin } = column
    const missing = this.#entries[relation]?.optional === true
    const expression = { column: name, node: "column", nullable: nullable || missing, relation, type } as const
    return { ...origin, at: reference, expression }
  }

  /** The relation whose identity a reference names, or null. */
  identity(reference: TreeNode): number | null {
    if (reference.class !== "COLUMN_REF") return null
    const { column, relation } = this.resolve(reference)
    return column === "identity" ? relation : null
  }

  get relations(): readonly Relation[] {
    return this.#entries.map(
      ({ alias, join, on, optional, source: { datasets, identity, owners, source }, tiedTo }) => ({
        alias,
        datasets,
        identity,
        join,
        on,
        optional,
        owners,
        source,
        tiedTo,
      }),
    )
  }

  get sources(): readonly Source[] {
    return this.#entries.map(({ source }) => source)
  }

  get rowsPerIdentity(): bigint {
    return this.#entries.reduce((product, { source }) => product * source.rows, 1n)
  }

  #having(name: string): readonly number[] {
    return this.#entries.flatMap(({ source }, index) => (source.columns.has(name) ? [index] : []))
  }

  #column(relation: number, name: string): ScopeColumn | undefined {
    return this.#entries[relation]?.source.columns.get(name)
  }

  #areOne(name: string, relations: readonly number[]): boolean {
    const merged = this.#merged.get(name)
    return relations.length === 1 || relations.every((index) => merged?.has(index) === true)
  }
}
