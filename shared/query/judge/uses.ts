import type { ScalarFunction } from "../../contract/rule.ts"
import type { Places } from "../place.ts"
import type { TreeNode } from "../tree.ts"
import { everySource, type Lineage, type Source, union } from "./lineage.ts"

export type Use = "avg" | "dimension" | "filter" | "sum"

/** Every owner of the sources must allow the use. */
export function requireUse(places: Places, at: TreeNode, sources: readonly Source[], use: Use): void {
  for (const source of sources) {
    const { column, dataset } = source
    const rule = ruleFor(source, use)
    if (allows(source, use)) continue
    const what = column === null ? `the number of rows of ${dataset.name}` : `${dataset.name}.${column.name}`
    places.forbid(at, `${what} may not be used here: ${USES[use]}`, rule, dataset.owner)
  }
}

const USES: Readonly<Record<Use, string>> = {
  avg: "an average",
  dimension: "a dimension of the output",
  filter: "a condition",
  sum: "a sum",
}

function ruleFor({ column }: Source, use: Use): string {
  if (column === null) return "rowCounts"
  if (use === "dimension") return "dimensionColumns"
  return use === "filter" ? "filterColumns" : "aggregateColumns"
}

function allows({ column, dataset: { rule } }: Source, use: Use): boolean {
  if (column === null) return rule.rowCounts.includes(use === "avg" || use === "sum" ? "aggregate" : use)
  if (use === "dimension") return rule.dimensionColumns.includes(column.name)
  if (use === "filter") return rule.filterColumns.includes(column.name)
  return rule.aggregateColumns.some((entry) => entry.column === column.name && entry.functions.includes(use))
}

/** Every owner whose data go into an operand must let the function be applied. */
export function requireFunction(
  places: Places,
  at: TreeNode,
  name: ScalarFunction,
  operands: readonly { readonly lineage: Lineage }[],
): void {
  for (const { dataset } of union(...operands.map(({ lineage }) => everySource(lineage)))) {
    if (dataset.rule.scalarFunctions.includes(name)) continue
    places.forbid(at, `${name} may not be applied to columns of ${dataset.name}`, "scalarFunctions", dataset.owner)
  }
}
