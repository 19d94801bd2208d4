import type { PersonAggregate } from "../plan.ts"
import { list, node, type TreeNode } from "../tree.ts"
import { bounded } from "../types/limits.ts"
import { type Numeric, totalOf } from "../types/number.ts"
import type { ValueType } from "../value-type.ts"
import { requireNumber } from "./arithmetic.ts"
import { judgeCondition } from "./condition.ts"
import type { Context } from "./context.ts"
import { judgeExpression } from "./expression.ts"
import { AGGREGATE, argumentsOf, requireFunctionShape } from "./function-shape.ts"
import { everySource, lineageOf, type Origin, type Term, union } from "./lineage.ts"
import { countedBy, rowsOf } from "./row-counts.ts"
import { requireUse } from "./uses.ts"

type Kind = PersonAggregate["kind"]
const KINDS: ReadonlyMap<string, Kind> = new Map([
  ["arg_max", "last"],
  ["arg_min", "first"],
  ["count", "count"],
  ["count_star", "count-rows"],
  ["max", "max"],
  ["min", "min"],
  ["sum", "sum"],
])

/** An aggregate over the rows of one identity, and what its result is made from. */
export interface Judged {
  readonly aggregate: PersonAggregate
  readonly origin: Origin
}

/** What an aggregate of a grouped common table expression is judged with. */
export interface GroupContext extends Context {
  readonly rows: bigint
}

export function isPersonAggregate(tree: TreeNode): boolean {
  return tree.class === "FUNCTION" && KINDS.has(String(tree.function_name))
}

export function judgePersonAggregate(context: GroupContext, tree: TreeNode): Judged {
  const { places } = context
  requireFunctionShape(places, tree, AGGREGATE)
  const kind = KINDS.get(String(tree.function_name))
  if (kind === undefined || tree.distinct !== false) {
    return places.refuse(tree, "no aggregate of one person's rows that is part of the profile")
  }
  const filter = filterOf(context, tree)
  if (kind === "count-rows") {
    if (list(tree.children).length > 0) places.refuse(tree, "count(*) takes no operand")
    return counted(context, tree, kind, null, filter)
  }
  const pair = kind === "first" || kind === "last"
  const [operand, by] = pair ? argumentsOf(places, tree, 2) : [...argumentsOf(places, tree, 1), null]
  const argument = judgeExpression(context, operand)
  if (kind === "count") return counted(context, tree, kind, argument, filter)
  if (kind === "sum") return summed(context, tree, argument, filter)
  const order = by === null ? null : judgeExpression(context, by)
  if (order !== null) requireUse(places, order.at, everySource(order.lineage), "filter")
  return picked(kind, argument, order, filter)
}

/** FILTER of any aggregate. */
export function filterOf(context: Context, tree: TreeNode): Term | null {
  return tree.filter === null ? null : judgeCondition(context, node(tree.filter), "FILTER")
}

/** The number of rows, or of rows with a value. */
function counted(
  { places, rows, scope }: GroupContext,
  at: TreeNode,
  kind: "count" | "count-rows",
  argument: Term | null,
  filter: Term | null,
): Judged {
  const sure = filter === null && argument?.expression.nullable !== true
  const type: ValueType = { kind: "integer", max: rows, min: sure ? 1n : 0n, step: 1n }
  if (!bounded(type)) places.refuse(at, "one identity could have too many rows", "query-range")
  const { conditions } = lineageOf(
    [],
    [argument, filter].filter((term) => term !== null),
  )
  const values = rowsOf(scope.sources)
  return {
    aggregate: { ...parts(argument, null, filter), kind, nullable: false, type },
    origin: { bare: null, counts: false, guarded: [], lineage: { conditions, values }, making: "derived" },
  }
}

function summed(context: GroupContext, at: TreeNode, argument: Term, filter: Term | null): Judged {
  const type: Numeric = totalOf(requireNumber(context, argument), context.rows)
  if (!bounded(type)) context.places.refuse(at, "one identity's total could overflow", "query-range")
  const nullable = argument.expression.nullable || filter !== null
  const { guarded } = argument
  const making = argument.making === "literal" ? "literal" : "derived"
  const { conditions, values } = withFilter(argument, filter)
  const lineage = { conditions, values: union(values, countedBy(context.scope, argument)) }
  return {
    aggregate: { ...parts(argument, null, filter), kind: "sum", nullable, type },
    origin: { bare: null, counts: false, guarded, lineage, making },
  }
}

/** One of the values as it is: it is null where there is none, or none with something to order by. */
function picked(
  kind: Exclude<Kind, "count" | "count-rows" | "sum">,
  argument: Term,
  by: Term | null,
  filter: Term | null,
): Judged {
  const nullable = argument.expression.nullable || by?.expression.nullable === true || filter !== null
  const { bare, counts, guarded, making } = argument
  const { conditions, values } = withFilter(argument, filter)
  const decided = union(conditions, by?.lineage.conditions ?? [])
  return {
    aggregate: { ...parts(argument, by, filter), kind, nullable, type: argument.expression.type },
    origin: { bare, counts, guarded, lineage: { conditions: decided, values }, making },
  }
}

function withFilter(argument: Term, filter: Term | null) {
  return lineageOf([argument], filter === null ? [] : [filter])
}

function parts(argument: Term | null, by: Term | null, filter: Term | null) {
  return {
    argument: argument?.expression ?? null,
    by: by?.expression ?? null,
    filter: filter?.expression ?? null,
  }
}
