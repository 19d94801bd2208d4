import { ANY, EXPRESSION, requireClosed } from "../closed.ts"
import type { Places } from "../place.ts"
import { list, node, type TreeNode } from "../tree.ts"

interface FunctionShape {
  readonly distinct: false | typeof ANY
  readonly filter: null | typeof ANY
  readonly is_operator: boolean
  readonly schema: string
}

export const PLAIN_FUNCTION: FunctionShape = { distinct: false, filter: null, is_operator: false, schema: "" }
export const OPERATOR: FunctionShape = { ...PLAIN_FUNCTION, is_operator: true }
/** `extract(year FROM d)` comes as `main.date_part('year', d)`. */
export const MAIN_FUNCTION: FunctionShape = { ...PLAIN_FUNCTION, schema: "main" }
export const AGGREGATE: FunctionShape = { ...PLAIN_FUNCTION, distinct: ANY, filter: ANY }

/** No ORDER BY within, no catalog, no exported state, and no schema but where the parser writes one. */
export function requireFunctionShape(places: Places, tree: TreeNode, shape: FunctionShape): void {
  const fixed = { catalog: "", class: "FUNCTION", export_state: false, type: "FUNCTION" }
  const judgedHere = { children: ANY, function_name: ANY, order_bys: ANY }
  const what = `${String(tree.function_name)}()`
  requireClosed(places, tree, { ...EXPRESSION, ...fixed, ...judgedHere, ...shape }, what)
  requireClosed(places, node(tree.order_bys), { orders: [], type: "ORDER_MODIFIER" }, what)
}

type Arguments = {
  readonly 1: [TreeNode]
  readonly 2: [TreeNode, TreeNode]
  readonly 3: [TreeNode, TreeNode, TreeNode]
}

export function argumentsOf<N extends 1 | 2 | 3>(places: Places, tree: TreeNode, count: N): Arguments[N] {
  const children = list(tree.children).map(node)
  if (children.length !== count) places.refuse(tree, `${String(tree.function_name)} with ${children.length} operands`)
  return children as Arguments[N]
}
