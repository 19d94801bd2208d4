import type { TreeNode } from "../tree.ts"
import { node } from "../tree.ts"
import { judgeCase } from "./case.ts"
import { judgeCast } from "./cast.ts"
import { judgeBetween, judgeComparison, judgeConjunction, judgeOperator } from "./comparison.ts"
import { judgeConstant, judgeParameter, judgeTypedConstant } from "./constant.ts"
import { type Context, deeper } from "./context.ts"
import { judgeFunction } from "./functions.ts"
import type { Term } from "./lineage.ts"

/** Judges and types one expression over the relations in scope. */
export function judgeExpression(outer: Context, tree: TreeNode): Term {
  const context = deeper(outer)
  if (tree.alias !== "") context.places.refuse(tree, "only an output column has a name")
  const term = dispatch(context, tree)
  if (term !== null) return term
  return context.places.refuse(tree, `${String(tree.class).toLowerCase()} is not part of the profile`)
}

/** An output column without the name that it is given. */
export function unnamed(tree: TreeNode): TreeNode {
  return { ...tree, alias: "" }
}

function dispatch(context: Context, tree: TreeNode): Term | null {
  switch (tree.class) {
    case "COLUMN_REF":
      return context.scope.value(tree)
    case "CONSTANT":
      return judgeConstant(context, tree)
    case "PARAMETER":
      return judgeParameter(context, tree)
    case "CAST":
      return judgeTypedConstant(context, tree) ?? judgeCast(context, tree, judgeExpression(context, node(tree.child)))
    case "CASE":
      return judgeCase(context, tree)
    case "COMPARISON":
      return judgeComparison(context, tree)
    case "CONJUNCTION":
      return judgeConjunction(context, tree)
    case "BETWEEN":
      return judgeBetween(context, tree)
    case "OPERATOR":
      return judgeOperator(context, tree)
    case "FUNCTION":
      return judgeFunction(context, tree)
    default:
      return null
  }
}
