import type { Contract } from "../../contract/contract.ts"
import type { Query } from "../../contract/query.ts"
import { ANY, requireClosed } from "../closed.ts"
import { Places } from "../place.ts"
import type { Plan } from "../plan.ts"
import { node, type TreeNode } from "../tree.ts"
import { judgeWith } from "./cte.ts"
import { requireDeclared } from "./declared-output.ts"
import { requireFewGroups } from "./few-groups.ts"
import { judgeBlock } from "./from.ts"
import { groupExpressions, requireGrouped } from "./grouping.ts"
import { judgeOutputs, planOf } from "./outputs.ts"
import { requireRules } from "./owners-rules.ts"
import { requireSelect } from "./select.ts"

/**
 * Judges one query of a contract on DuckDB's own tree (SPEC.md, "Query profile"): types every expression over the
 * declared values, follows every value to the columns that it comes from, and holds the owners' rules against it.
 * Refuses everything else with its place, and whatever an owner's rule forbids with rule and owner.
 */
export function judgeQuery(contract: Contract, query: Query, statement: TreeNode): Plan {
  const places = new Places(query.sql)
  requireClosed(places, statement, { named_param_map: ANY, node: ANY }, "statement")
  const select = node(statement.node)
  requireSelect(places, select, "SELECT")
  const [read, used] = [new Set<string>(), new Set<string>()]
  const ctes = judgeWith({ contract, places, read, used }, query, select)
  const { block: from, context } = judgeBlock({ contract, ctes, places, read, used }, query, select, true)
  for (const name of ctes.keys()) if (!used.has(name)) places.refuse(null, `WITH ${name}: nothing reads it`)

  const outputs = judgeOutputs(context, from.rowsPerIdentity, select)
  const shown = outputs.flatMap((output) => (output.kind === "dimension" ? [output] : []))
  requireGrouped(context, shown, groupExpressions(places, select))
  const planned = [...ctes.values()].map(({ cte }) => cte)
  const datasets = [...read].flatMap((name) => contract.datasets.filter((dataset) => dataset.name === name))
  const blocks = [...planned.map((cte) => cte.from), from]
  requireRules(places, { blocks, contract, datasets, outputs, query, relations: from.relations })
  requireDeclared(places, query, outputs)
  requireFewGroups(places, outputs)
  const plan = { ...planOf(outputs), ctes: planned, datasets: [...read], from, query: query.name }
  return plan as unknown as Plan
}
