import { node, type TreeNode } from "../tree.ts"
import { type CastTarget, castTo } from "../types/cast.ts"
import { MAX_INTEGER } from "../types/limits.ts"
import { type NamedType, readType } from "./cell.ts"
import type { Context } from "./context.ts"
import { derivedTerm } from "./derived.ts"
import type { Term } from "./lineage.ts"
import { requireFunction } from "./uses.ts"

/** TRY_CAST between the types that have one, where no declared value becomes null. The node's shape is judged already. */
export function judgeCast(context: Context, tree: TreeNode, operand: Term): Term {
  const { places } = context
  if (tree.try_cast !== true) return places.refuse(tree, "a cast can fail on a row: write TRY_CAST", "query-type")
  const target = targetOf(readType(places, tree, node(tree.cast_type)))
  const type = target === null ? null : castTo(operand.expression.type, target)
  if (type === null) return places.refuse(tree, "no cast between these types", "query-type")
  requireFunction(places, tree, "cast", [operand])
  const { expression } = operand
  const { nullable } = expression
  return derivedTerm(context, tree, { node: "cast", nullable, operand: expression, type }, [operand])
}

const PLAIN: ReadonlyMap<string, CastTarget> = new Map([
  ["BIGINT", { kind: "integer", largest: MAX_INTEGER, scale: 0 }],
  ["DATE", { kind: "date", largest: 0n, scale: 0 }],
  ["INTEGER", { kind: "integer", largest: 2n ** 31n - 1n, scale: 0 }],
  ["TIMESTAMP", { kind: "timestamp", largest: 0n, scale: 0 }],
])

function targetOf({ id, scale, width }: NamedType): CastTarget | null {
  if (id !== "DECIMAL") return PLAIN.get(id) ?? null
  return width > 18 ? null : { kind: "decimal", largest: 10n ** BigInt(width) - 1n, scale }
}
