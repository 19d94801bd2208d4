import type { Contract } from "../../contract/contract.ts"
import type { Dataset } from "../../contract/dataset.ts"
import { ANY, requireClosed } from "../closed.ts"
import type { Places } from "../place.ts"
import type { Cte } from "../plan.ts"
import { tableName } from "../table-name.ts"
import type { TreeNode } from "../tree.ts"
import { columnType } from "../types/declared.ts"
import { bounded } from "../types/limits.ts"
import type { Scope, ScopeColumn, Source } from "./scope.ts"

/** A judged common table expression, as later ones and the outer SELECT read it. */
export interface NamedSource {
  readonly cte: Cte
  readonly source: Source
}

/** What FROM can name. */
export interface Catalog {
  readonly contract: Contract
  readonly places: Places
  readonly ctes: ReadonlyMap<string, NamedSource>
  /** Told of every dataset and common table expression that is read, in order. */
  readonly read: Set<string>
  readonly used: Set<string>
}

/** Adds a table of FROM to the scope; its index there. */
export function addTable(catalog: Catalog, scope: Scope, table: TreeNode): number {
  const { places } = catalog
  const fixed = { at_clause: null, catalog_name: "", column_name_alias: [], sample: null, schema_name: "" }
  const judgedHere = { alias: ANY, query_location: ANY, table_name: ANY, type: "BASE_TABLE" }
  requireClosed(places, table, { ...fixed, ...judgedHere }, "table")
  const name = String(table.table_name)
  const alias = table.alias === "" ? name : String(table.alias)
  return scope.add(table, alias, sourceOf(catalog, table, name))
}

function sourceOf(catalog: Catalog, table: TreeNode, name: string): Source {
  const named = catalog.ctes.get(name)
  if (named !== undefined) {
    catalog.used.add(name)
    return named.source
  }
  const dataset = catalog.contract.datasets.find((candidate) => tableName(candidate.name) === name)
  if (dataset === undefined) {
    return catalog.places.refuse(table, "no dataset of that name in the contract, and no WITH before this")
  }
  catalog.read.add(dataset.name)
  return datasetSource(catalog.places, table, dataset)
}

function datasetSource(places: Places, table: TreeNode, dataset: Dataset): Source {
  const columns = new Map<string, ScopeColumn>()
  for (const column of dataset.columns) {
    if (column.type === "identity") {
      columns.set(column.name, "identity")
      continue
    }
    const type = columnType(column)
    if (!bounded(type)) places.refuse(table, `${dataset.name}.${column.name}: its range is too wide`, "query-range")
    const bare = { column, dataset }
    const lineage = { conditions: [], values: [bare] }
    const guarded = dataset.rule.neverCompared.includes(column.name) ? [bare] : []
    columns.set(column.name, {
      bare,
      counts: false,
      guarded,
      lineage,
      making: "plain",
      nullable: column.nullable,
      type,
    })
  }
  const identity = dataset.columns.find(({ type }) => type === "identity")
  if (identity === undefined) return places.refuse(table, `${dataset.name} has no identity`)
  return {
    behind: [dataset],
    columns,
    datasets: [dataset.name],
    identity: identity.name,
    owners: [dataset.owner],
    rows: BigInt(dataset.maxRowsPerIdentity),
    source: { dataset: dataset.name },
  }
}
