import type { CalendarUnit, ClockUnit, PartUnit } from "../expression.ts"
import type { TreeNode } from "../tree.ts"
import { differenceOf, partOf, shifted, type Temporal, truncated } from "../types/calendar.ts"
import type { Context } from "./context.ts"
import { derivedTerm, nullableIn } from "./derived.ts"
import { judgeExpression } from "./expression.ts"
import type { Interval } from "./interval-literal.ts"
import { sameKind } from "./kinds.ts"
import { lineageOf, type Term } from "./lineage.ts"
import { requirePlain, requireUnguarded } from "./never-compared.ts"
import { requireFunction } from "./uses.ts"

/** A date or timestamp moved by an interval is as plain as it was. */
export function judgeShift(context: Context, tree: TreeNode, operand: Term, interval: Interval, back: boolean): Term {
  const { places } = context
  const { count, unit } = interval
  const time = requireTime(context, operand)
  if (time.kind === "date" && unit !== "day" && unit !== "week") {
    places.refuse(tree, "a date is moved by days or weeks", "query-type")
  }
  if (count.type.kind !== "integer") return places.refuse(tree, "an interval's number is an integer", "query-type")
  requireFunction(places, tree, "interval", [operand])
  const type = shifted(time, unit, count.type, back)
  const { expression, making } = operand
  const moved = { back, count, node: "shift", nullable: expression.nullable, operand: expression, type, unit } as const
  return derivedTerm(context, tree, moved, [operand], { making })
}

export function judgeTruncation(context: Context, tree: TreeNode, unit: CalendarUnit, child: TreeNode): Term {
  const operand = judgeExpression(context, child)
  const type = truncated(requireTime(context, operand), unit)
  requireUnguarded(context, tree, [operand], "it is cut off at a fixed grid here")
  requireFunction(context.places, tree, "date_trunc", [operand])
  const { expression } = operand
  const { nullable } = expression
  return derivedTerm(context, tree, { node: "truncate", nullable, operand: expression, type, unit }, [operand])
}

export function judgePart(context: Context, tree: TreeNode, unit: PartUnit, child: TreeNode): Term {
  const operand = judgeExpression(context, child)
  const time = requireTime(context, operand)
  if (unit === "hour" && time.kind === "date") context.places.refuse(tree, "a date has no hour", "query-type")
  requireUnguarded(context, tree, [operand], "its parts are as good as a comparison")
  requireFunction(context.places, tree, "date_part", [operand])
  const { expression } = operand
  const { nullable } = expression
  const part = { node: "part", nullable, operand: expression, type: partOf(time, unit), unit } as const
  // No part of a date is zero but an hour: adding up years counts rows.
  return derivedTerm(context, tree, part, [operand], { counts: true })
}

/** What lies between two columns may be compared with anything. */
export function judgeDifference(
  context: Context,
  tree: TreeNode,
  unit: Exclude<ClockUnit, "week">,
  from: TreeNode,
  to: TreeNode,
): Term {
  const operands = [judgeExpression(context, from), judgeExpression(context, to)] as const
  const terms = sameKind(context, tree, operands)
  const [left, right] = operands
  const [a, b] = [requireTime(context, left), requireTime(context, right)]
  if (a.kind === "date" && unit !== "day") context.places.refuse(tree, "dates differ by days", "query-type")
  requirePlain(context, tree, terms)
  requireFunction(context.places, tree, "date_diff", terms)
  const type = differenceOf(unit, a, b)
  const sides = { left: left.expression, right: right.expression }
  const expression = { ...sides, node: "difference", nullable: nullableIn(terms), type, unit } as const
  // Between two moments of one column lies a constant.
  const counts = lineageOf(terms).values.length < 2
  return derivedTerm(context, tree, expression, terms, { counts, guarded: [] })
}

function requireTime({ places }: Context, { at, expression: { type } }: Term): Temporal {
  if (type.kind === "date" || type.kind === "timestamp") return type
  return places.refuse(at, `a ${type.kind} is no date or timestamp`, "query-type")
}
