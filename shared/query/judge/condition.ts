import type { TreeNode } from "../tree.ts"
import type { Context } from "./context.ts"
import { judgeExpression } from "./expression.ts"
import { everySource, type Term } from "./lineage.ts"
import { requireUnguarded } from "./never-compared.ts"
import { requireUse } from "./uses.ts"

/** A condition on rows: boolean, and only over columns that their owners let be filtered. */
export function judgeCondition(context: Context, tree: TreeNode, where: string): Term {
  const term = judgeBoolean(context, tree, where)
  requireUse(context.places, tree, everySource(term.lineage), "filter")
  return term
}

/** A boolean that decides. A boolean column that stands alone is compared with TRUE. */
export function judgeBoolean(context: Context, tree: TreeNode, where: string): Term {
  const term = judgeExpression(context, tree)
  if (term.expression.type.kind !== "boolean") context.places.refuse(tree, `${where} needs a condition`, "query-type")
  requireUnguarded(context, tree, [term], "standing alone, it is compared with TRUE")
  return term
}
