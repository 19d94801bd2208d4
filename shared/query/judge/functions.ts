import type { CalendarUnit, ClockUnit, PartUnit } from "../expression.ts"
import { list, node, type TreeNode } from "../tree.ts"
import { judgeArithmetic } from "./arithmetic.ts"
import { readText } from "./cell.ts"
import { judgeExtreme } from "./choice.ts"
import type { Context } from "./context.ts"
import { argumentsOf, MAIN_FUNCTION, OPERATOR, PLAIN_FUNCTION, requireFunctionShape } from "./function-shape.ts"
import type { Term } from "./lineage.ts"
import { judgeDifference, judgePart, judgeTruncation } from "./time.ts"

const OPERATORS: ReadonlySet<string> = new Set(["+", "-", "*", "//", "%"])
const AGGREGATES: ReadonlySet<string> = new Set(["avg", "count", "count_star", "sum"])
const CALENDAR: readonly CalendarUnit[] = ["day", "week", "month", "quarter", "year"]
const CLOCK: readonly Exclude<ClockUnit, "week">[] = ["second", "minute", "hour", "day"]
const PARTS: readonly PartUnit[] = ["year", "quarter", "month", "day", "isodow", "hour"]

/** Total functions only, each known by its exact name. */
export function judgeFunction(context: Context, tree: TreeNode): Term {
  const { places } = context
  const name = String(tree.function_name)
  if (name === "/") return places.refuse(tree, "/ stands between two aggregates only: write // for whole division")
  if (AGGREGATES.has(name)) return places.refuse(tree, `${name}() stands as an output column only`)
  const main = name === "date_part" && tree.schema === "main"
  const shape = OPERATORS.has(name) ? OPERATOR : main ? MAIN_FUNCTION : PLAIN_FUNCTION
  requireFunctionShape(places, tree, shape)
  if (OPERATORS.has(name) || name === "abs") return judgeArithmetic(context, tree, name)
  if (name === "greatest" || name === "least") return judgeExtreme(context, tree, name, list(tree.children).map(node))
  return judgeTime(context, tree, name)
}

function judgeTime(context: Context, tree: TreeNode, name: string): Term {
  const { places } = context
  const part = PARTS.find((unit) => unit === name)
  if (part !== undefined) return judgePart(context, tree, part, argumentsOf(places, tree, 1)[0])
  switch (name) {
    case "date_part": {
      const [unit, operand] = argumentsOf(places, tree, 2)
      return judgePart(context, tree, unitOf(context, unit, PARTS), operand)
    }
    case "date_trunc": {
      const [unit, operand] = argumentsOf(places, tree, 2)
      return judgeTruncation(context, tree, unitOf(context, unit, CALENDAR), operand)
    }
    case "date_diff": {
      const [unit, left, right] = argumentsOf(places, tree, 3)
      return judgeDifference(context, tree, unitOf(context, unit, CLOCK), left, right)
    }
    default:
      return places.refuse(tree, `the function ${name} is not part of the profile`)
  }
}

function unitOf<U extends string>({ places }: Context, tree: TreeNode, units: readonly U[]): U {
  const text = readText(places, tree)
  const unit = units.find((known) => known === text)
  return unit ?? places.refuse(tree, `the unit is one of: ${units.join(", ")}`, "query-type")
}
