import type { ScalarFunction } from "../../contract/rule.ts"
import type { Expression } from "../expression.ts"
import { list, type TreeNode } from "../tree.ts"
import { absoluteOf, type Numeric, negated, productOf, quotientOf, remainderOf, sumOf } from "../types/number.ts"
import type { Context } from "./context.ts"
import { derivedTerm, nullableIn } from "./derived.ts"
import { judgeExpression } from "./expression.ts"
import { argumentsOf } from "./function-shape.ts"
import { readInterval } from "./interval-literal.ts"
import { sameKind } from "./kinds.ts"
import type { Term } from "./lineage.ts"
import { requireNoLiteral, requireUnguarded } from "./never-compared.ts"
import { judgeShift } from "./time.ts"
import { requireFunction } from "./uses.ts"

const BINARY = { "*": "multiply", "+": "add", "-": "subtract" } as const
const WHOLE = { "%": "modulo", "//": "divide" } as const

export function judgeArithmetic(context: Context, tree: TreeNode, name: string): Term {
  const unary = list(tree.children).length === 1
  if (name === "abs") return judgeUnary(context, tree, "absolute", "abs")
  if (name === "-" && unary) return judgeUnary(context, tree, "negate", "negate")
  const [left, right] = argumentsOf(context.places, tree, 2)
  if (name === "//" || name === "%") return judgeWhole(context, tree, WHOLE[name], left, right)
  const operator = name === "+" ? BINARY["+"] : name === "-" ? BINARY["-"] : BINARY["*"]
  const interval = operator === "multiply" ? null : readInterval(context, right)
  if (interval !== null) return judgeShift(context, tree, judgeExpression(context, left), interval, name === "-")
  return judgeBinary(context, tree, operator, [judgeExpression(context, left), judgeExpression(context, right)])
}

function judgeUnary(context: Context, tree: TreeNode, what: "absolute" | "negate", rule: ScalarFunction): Term {
  const operand = judgeExpression(context, argumentsOf(context.places, tree, 1)[0])
  const number = requireNumber(context, operand)
  requireFunction(context.places, tree, rule, [operand])
  const type = what === "absolute" ? absoluteOf(number) : negated(number)
  const { expression } = operand
  const { nullable } = expression
  return derivedTerm(context, tree, { node: what, nullable, operand: expression, type }, [operand])
}

function judgeBinary(
  context: Context,
  tree: TreeNode,
  operator: "add" | "multiply" | "subtract",
  operands: readonly [Term, Term],
): Term {
  const terms = sameKind(context, tree, operands)
  const [left = operands[0], right = operands[1]] = terms
  const [a, b] = [requireNumber(context, left), requireNumber(context, right)]
  requireNoLiteral(context, tree, terms)
  requireFunction(context.places, tree, operator, terms)
  const type = operator === "multiply" ? productOf(a, b) : sumOf(a, operator === "subtract" ? negated(b) : b)
  const sides = { left: left.expression, right: right.expression }
  const expression: Expression = { ...sides, node: operator, nullable: nullableIn(terms), type }
  const counts = operator === "multiply" ? terms.every((term) => term.counts) : terms.some((term) => term.counts)
  return derivedTerm(context, tree, expression, terms, { counts })
}

/** Whole division and its rest: DuckDB rounds towards zero, so only what is never negative is divided, by a constant. */
function judgeWhole(
  context: Context,
  tree: TreeNode,
  operator: "divide" | "modulo",
  left: TreeNode,
  right: TreeNode,
): Term {
  const { places } = context
  const operand = judgeExpression(context, left)
  const divisor = judgeExpression(context, right)
  const number = requireNumber(context, operand)
  const { node: kind, type: by } = divisor.expression
  if (number.kind !== "integer" || by.kind !== "integer" || kind !== "constant" || by.min <= 0n) {
    return places.refuse(tree, "an integer is divided by an integer constant above zero", "query-type")
  }
  if (number.min < 0n) places.refuse(tree, "what is divided could be negative", "query-range")
  requireUnguarded(context, tree, [operand], "it meets a constant here")
  requireFunction(places, tree, operator, [operand])
  const type = operator === "divide" ? quotientOf(number, by.min) : remainderOf(number, by.min)
  const { nullable } = operand.expression
  const expression = { by: by.min, left: operand.expression, node: operator, nullable, type }
  return derivedTerm(context, tree, expression, [operand, divisor], { counts: operand.counts })
}

export function requireNumber({ places }: Context, { at, expression: { type } }: Term): Numeric {
  if (type.kind === "integer" || type.kind === "decimal") return type
  return places.refuse(at, `a ${type.kind} is no number`, "query-type")
}
