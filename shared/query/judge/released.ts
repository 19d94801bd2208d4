import { absolute } from "../decimal.ts"
import type { Aggregate } from "../plan.ts"
import type { TreeNode } from "../tree.ts"
import { MAX_DECIMAL, MAX_INTEGER } from "../types/limits.ts"
import { filterOf } from "./aggregate.ts"
import { requireNumber } from "./arithmetic.ts"
import type { Context } from "./context.ts"
import { judgeExpression } from "./expression.ts"
import { AGGREGATE, argumentsOf, requireFunctionShape } from "./function-shape.ts"
import { type Source, type Term, union } from "./lineage.ts"
import { countedBy } from "./row-counts.ts"
import { requireUse } from "./uses.ts"

/** A released aggregate, and what its values are made from. */
export interface Released {
  readonly aggregate: Aggregate
  readonly sources: readonly Source[]
  readonly at: TreeNode
}

const NAMES: ReadonlySet<unknown> = new Set(["avg", "count", "count_star", "max", "min", "sum"])

export function isReleased(tree: TreeNode): boolean {
  return tree.class === "FUNCTION" && NAMES.has(tree.function_name)
}

/** `count(DISTINCT identity)`, `sum(...)` and `avg(...)`, each with or without FILTER. */
export function judgeReleased(context: Context, rows: bigint, tree: TreeNode): Released {
  const { places } = context
  const name = String(tree.function_name)
  if (!isReleased(tree)) places.refuse(tree, "/ stands between two aggregates only")
  if (tree.alias !== "") places.refuse(tree, "only an output column has a name")
  requireFunctionShape(places, tree, AGGREGATE)
  if (name === "count" && tree.distinct === true) {
    const [identity] = argumentsOf(places, tree, 1)
    const relation = context.scope.identity(identity)
    if (relation === null) return places.refuse(identity, "count(DISTINCT ...) counts identities, and nothing else")
    const filter = filterOf(context, tree)?.expression ?? null
    return { aggregate: { filter, kind: "count", relation }, at: tree, sources: [] }
  }
  if ((name !== "sum" && name !== "avg") || tree.distinct !== false) {
    return places.refuse(tree, "only count(DISTINCT identity), sum(...) and avg(...) are released")
  }
  const argument = judgeExpression(context, argumentsOf(places, tree, 1)[0])
  requireTotal(context, rows, argument)
  const sources = requireSummable(context, argument, name)
  const filter = filterOf(context, tree)?.expression ?? null
  return { aggregate: { argument: argument.expression, filter, kind: name }, at: tree, sources }
}

/** Otherwise a sum of sums could overflow on some rows, and errors would depend on them. */
function requireTotal(context: Context, rows: bigint, argument: Term): void {
  const { max, min, kind } = requireNumber(context, argument)
  const most = kind === "integer" ? MAX_INTEGER : MAX_DECIMAL
  if (absolute(max) * rows > most || absolute(min) * rows > most) {
    context.places.refuse(argument.at, "one identity's total could overflow", "query-range")
  }
}

function requireSummable({ places, scope }: Context, argument: Term, name: "avg" | "sum"): readonly Source[] {
  const { at, lineage } = argument
  const { conditions, values } = lineage
  if (values.length === 0) places.refuse(at, `${name}() adds up values of at least one column`)
  requireUse(places, at, union(values, countedBy(scope, argument)), name)
  requireUse(places, at, conditions, "filter")
  return values
}
