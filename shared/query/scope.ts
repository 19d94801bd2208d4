import type { Column, ValueColumn } from "../contract/columns.ts"
import type { Contract } from "../contract/contract.ts"
import type { Dataset } from "../contract/dataset.ts"
import { ANY, EXPRESSION, requireClosed } from "./closed.ts"
import type { ColumnUse } from "./judged.ts"
import type { Places } from "./place.ts"
import { list, type TreeNode } from "./tree.ts"

/** Name of a dataset's table in SQL. */
export function tableName(dataset: string): string {
  return dataset.replaceAll("-", "_")
}

/** The tables of one query and what their columns are. */
export class Scope {
  readonly #places: Places
  readonly #datasets: Dataset[] = []

  constructor(places: Places) {
    this.#places = places
  }

  get datasets(): readonly Dataset[] {
    return this.#datasets
  }

  /** Takes a base table by its own name: no alias, schema, sample or time travel. */
  addTable(contract: Contract, table: TreeNode): Dataset {
    const fixed = { alias: "", at_clause: null, catalog_name: "", column_name_alias: [], sample: null, schema_name: "" }
    requireClosed(this.#places, table, { ...fixed, query_location: ANY, table_name: ANY, type: "BASE_TABLE" }, "table")
    const dataset = contract.datasets.find(({ name }) => tableName(name) === table.table_name)
    if (dataset === undefined) return this.#places.refuse(table, "no dataset of that name in the contract")
    if (this.#datasets.includes(dataset)) return this.#places.refuse(table, "the same dataset twice")
    this.#datasets.push(dataset)
    return dataset
  }

  /** The dataset and column of a column reference; a bare name must be unambiguous. */
  resolve(reference: TreeNode): { readonly dataset: Dataset; readonly column: Column } {
    const shape = { ...EXPRESSION, class: "COLUMN_REF", column_names: ANY, type: "COLUMN_REF" }
    requireClosed(this.#places, reference, shape, "column")
    const names = list(reference.column_names)
    const [first, second] = names
    const found = this.#datasets.flatMap((dataset) =>
      dataset.columns
        .filter(({ name }) =>
          names.length === 1 ? name === first : tableName(dataset.name) === first && name === second,
        )
        .map((column) => ({ column, dataset })),
    )
    const [only, ...others] = found
    if (only === undefined || names.length > 2)
      return this.#places.refuse(reference, "no such column in the joined datasets")
    if (others.length > 0) return this.#places.refuse(reference, "ambiguous column: write table.column")
    return only
  }

  /** A reference to a column that carries values, not to an identity. */
  value(reference: TreeNode): { readonly dataset: Dataset; readonly column: ValueColumn; readonly use: ColumnUse } {
    const { column, dataset } = this.resolve(reference)
    if (column.type === "identity")
      return this.#places.refuse(reference, "identities are joined and counted, nothing else")
    const scale = column.type === "decimal" ? column.scale : 0
    return { column, dataset, use: { column: column.name, dataset: dataset.name, scale, type: column.type } }
  }

  requireIdentity(reference: TreeNode): Dataset {
    const { column, dataset } = this.resolve(reference)
    if (column.type !== "identity") this.#places.refuse(reference, "only identity columns are joined and counted")
    return dataset
  }
}
