import { ANY, EXPRESSION, requireClosed } from "../closed.ts"
import type { ClockUnit, Expression } from "../expression.ts"
import { node, type TreeNode } from "../tree.ts"
import { readText, readType } from "./cell.ts"
import { judgeConstant, judgeParameter } from "./constant.ts"
import type { Context } from "./context.ts"
import { argumentsOf, PLAIN_FUNCTION, requireFunctionShape } from "./function-shape.ts"

/** An amount of time of whole length. */
export interface Interval {
  readonly unit: ClockUnit
  /** A constant or parameter, an integer. */
  readonly count: Expression
}

const MAKERS: ReadonlyMap<string, ClockUnit> = new Map([
  ["to_days", "day"],
  ["to_hours", "hour"],
  ["to_minutes", "minute"],
  ["to_seconds", "second"],
  ["to_weeks", "week"],
])
const UNITS: readonly ClockUnit[] = ["second", "minute", "hour", "day", "week"]
const WORDS = /^(-?\d{1,15}) ([a-z]+?)s?$/

/**
 * Reads `INTERVAL '7 days'`, `INTERVAL 7 DAY` and `INTERVAL ($p) DAY`, which DuckDB writes as
 * `to_days(CAST(trunc(CAST(7 AS DOUBLE)) AS INTEGER))`; null for anything else. Months and years have no fixed length.
 */
export function readInterval(context: Context, tree: TreeNode): Interval | null {
  if (tree.class === "CAST" && node(tree.cast_type).id === "INTERVAL") return readWords(context, tree)
  const unit = tree.class === "FUNCTION" ? MAKERS.get(String(tree.function_name)) : undefined
  if (unit === undefined) return null
  requireFunctionShape(context.places, tree, PLAIN_FUNCTION)
  const [inner] = argumentsOf(context.places, tree, 1)
  const double = unit === "second" ? inner : truncatedIn(context, inner, unit === "hour" || unit === "minute")
  return { count: countOf(context, castIn(context, double, "DOUBLE")), unit }
}

function readWords(context: Context, tree: TreeNode): Interval {
  const { places } = context
  const child = castIn(context, tree, "INTERVAL")
  const [, digits, word] = WORDS.exec((readText(places, child) ?? "").toLowerCase()) ?? []
  const unit = UNITS.find((known) => known === word)
  if (digits === undefined || unit === undefined) {
    return places.refuse(tree, "an interval is a whole number of seconds, minutes, hours, days or weeks", "query-type")
  }
  return { count: integerConstant(BigInt(digits)), unit }
}

function integerConstant(value: bigint): Expression {
  const type = { kind: "integer", max: value, min: value, step: 1n } as const
  return { node: "constant", nullable: false, text: String(value), type }
}

/** `CAST(trunc(x) AS INTEGER)`, which is BIGINT for hours and minutes: x. */
function truncatedIn(context: Context, tree: TreeNode, wide: boolean): TreeNode {
  const call = castIn(context, tree, wide ? "BIGINT" : "INTEGER")
  if (call.class !== "FUNCTION" || call.function_name !== "trunc") return refuse(context, tree)
  requireFunctionShape(context.places, call, PLAIN_FUNCTION)
  return argumentsOf(context.places, call, 1)[0]
}

function castIn(context: Context, tree: TreeNode, target: string): TreeNode {
  if (tree.class !== "CAST" || node(tree.cast_type).id !== target) return refuse(context, tree)
  const shape = { ...EXPRESSION, cast_type: ANY, child: ANY, class: "CAST", try_cast: false, type: "OPERATOR_CAST" }
  requireClosed(context.places, tree, shape, "interval")
  readType(context.places, tree, node(tree.cast_type))
  return node(tree.child)
}

function countOf(context: Context, tree: TreeNode): Expression {
  const words = /^-?\d{1,15}$/.exec(readText(context.places, tree) ?? "")
  if (words !== null) return integerConstant(BigInt(words[0]))
  if (tree.class !== "CONSTANT" && tree.class !== "PARAMETER") return refuse(context, tree)
  const { expression } = tree.class === "CONSTANT" ? judgeConstant(context, tree) : judgeParameter(context, tree)
  return expression.type.kind === "integer" ? expression : refuse(context, tree)
}

function refuse({ places }: Context, tree: TreeNode): never {
  return places.refuse(tree, "an interval's number is an integer constant or parameter", "query-type")
}
