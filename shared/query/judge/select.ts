import { ColumnName } from "../../json/fields.ts"
import { ANY, requireClosed } from "../closed.ts"
import type { Places } from "../place.ts"
import { list, type TreeNode } from "../tree.ts"

/** Clauses of a SELECT that are not part of the profile, with the values that say that they are absent. */
const ABSENT = {
  aggregate_handling: "STANDARD_HANDLING",
  having: null,
  modifiers: [],
  qualify: null,
  sample: null,
  type: "SELECT_NODE",
} as const

/** One SELECT with FROM, WHERE and GROUP BY, and nothing else. */
export function requireSelect(places: Places, select: TreeNode, what: string): void {
  const judgedHere = { cte_map: ANY, from_table: ANY, group_expressions: ANY, group_sets: ANY, select_list: ANY }
  requireClosed(places, select, { ...ABSENT, ...judgedHere, where_clause: ANY }, what)
}

/** The name of a column of a SELECT: its alias, or the column's own. */
export function nameOf(places: Places, item: TreeNode): string {
  const own = item.class === "COLUMN_REF" ? list(item.column_names).at(-1) : ""
  const name = item.alias === "" ? own : item.alias
  if (ColumnName.safeParse(name).success) return String(name)
  return places.refuse(item, "needs a name of a-z, 0-9 and _: AS ...", "query-output")
}
