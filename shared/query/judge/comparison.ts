import { ANY, EXPRESSION, requireClosed } from "../closed.ts"
import type { Comparison } from "../expression.ts"
import { list, node, type TreeNode } from "../tree.ts"
import { judgeCoalesce } from "./choice.ts"
import { judgeBoolean } from "./condition.ts"
import type { Context } from "./context.ts"
import { derivedTerm, expressionsOf, nullableIn } from "./derived.ts"
import { judgeExpression } from "./expression.ts"
import { requireInDomain, sameKind } from "./kinds.ts"
import type { Term } from "./lineage.ts"
import { requirePlain } from "./never-compared.ts"

const COMPARISONS: ReadonlyMap<unknown, Comparison> = new Map([
  ["COMPARE_EQUAL", "="],
  ["COMPARE_GREATERTHAN", ">"],
  ["COMPARE_GREATERTHANOREQUALTO", ">="],
  ["COMPARE_LESSTHAN", "<"],
  ["COMPARE_LESSTHANOREQUALTO", "<="],
  ["COMPARE_NOTEQUAL", "<>"],
])
const BOOLEAN = { kind: "boolean" } as const
/** Tells of its operands on which side they lie; as 0 or 1 it counts rows. */
const VERDICT = { counts: true, guarded: [] } as const

export function judgeComparison(context: Context, tree: TreeNode): Term {
  requireClosed(context.places, tree, { ...EXPRESSION, class: "COMPARISON", left: ANY, right: ANY }, "comparison")
  const operator = COMPARISONS.get(tree.type)
  if (operator === undefined) return context.places.refuse(tree, "this comparison is not part of the profile")
  const sides = [judgeExpression(context, node(tree.left)), judgeExpression(context, node(tree.right))] as const
  return compare(context, tree, operator, ...sides)
}

/** A comparison gives away no value, but it tells on which side of the other one lies. */
function compare(context: Context, at: TreeNode, operator: Comparison, first: Term, second: Term): Term {
  const [left = first, right = second] = sameKind(context, at, [first, second])
  requirePlain(context, at, [left, right])
  requireInDomain(context, left, [right.expression])
  requireInDomain(context, right, [left.expression])
  const sides = { left: left.expression, right: right.expression }
  const nullable = nullableIn([left, right])
  const expression = { ...sides, node: "compare", nullable, operator, type: BOOLEAN } as const
  return derivedTerm(context, at, expression, [left, right], VERDICT)
}

export function judgeBetween(context: Context, tree: TreeNode): Term {
  const shape = { ...EXPRESSION, class: "BETWEEN", input: ANY, lower: ANY, type: "COMPARE_BETWEEN", upper: ANY }
  requireClosed(context.places, tree, shape, "BETWEEN")
  const input = judgeExpression(context, node(tree.input))
  const low = compare(context, tree, ">=", input, judgeExpression(context, node(tree.lower)))
  const high = compare(context, tree, "<=", input, judgeExpression(context, node(tree.upper)))
  return conjoined(context, tree, "and", [low, high])
}

export function judgeConjunction(context: Context, tree: TreeNode): Term {
  requireClosed(context.places, tree, { ...EXPRESSION, children: ANY, class: "CONJUNCTION" }, "condition")
  const operands = list(tree.children).map((child) => judgeBoolean(context, node(child), "AND or OR"))
  if (tree.type === "CONJUNCTION_AND") return conjoined(context, tree, "and", operands)
  if (tree.type === "CONJUNCTION_OR") return conjoined(context, tree, "or", operands)
  return context.places.refuse(tree, "this condition is not part of the profile")
}

function conjoined(context: Context, at: TreeNode, which: "and" | "or", terms: readonly Term[]): Term {
  const rest = { nullable: nullableIn(terms), operands: expressionsOf(terms), type: BOOLEAN }
  return derivedTerm(context, at, { node: which, ...rest }, terms, VERDICT)
}

export function judgeOperator(context: Context, tree: TreeNode): Term {
  requireClosed(context.places, tree, { ...EXPRESSION, children: ANY, class: "OPERATOR" }, "operator")
  const children = list(tree.children).map(node)
  const [first, ...rest] = children
  if (first === undefined) return context.places.refuse(tree, "an operator without operands")
  if (tree.type === "OPERATOR_COALESCE") return judgeCoalesce(context, tree, children)
  if (tree.type === "COMPARE_IN") return membership(context, tree, first, rest)
  if (tree.type === "COMPARE_NOT_IN") return negation(context, tree, membership(context, tree, first, rest))
  if (rest.length > 0) return context.places.refuse(tree, "this operator is not part of the profile")
  if (tree.type === "OPERATOR_NOT") return negation(context, tree, judgeBoolean(context, first, "NOT"))
  if (tree.type === "OPERATOR_IS_NULL") return nullTest(context, tree, first)
  if (tree.type === "OPERATOR_IS_NOT_NULL") return negation(context, tree, nullTest(context, tree, first))
  return context.places.refuse(tree, "this operator is not part of the profile")
}

function negation(context: Context, at: TreeNode, term: Term): Term {
  const { expression } = term
  const negated = { node: "not", nullable: expression.nullable, operand: expression, type: BOOLEAN } as const
  return derivedTerm(context, at, negated, [term], VERDICT)
}

function nullTest(context: Context, at: TreeNode, child: TreeNode): Term {
  const term = judgeExpression(context, child)
  const expression = { node: "is-null", nullable: false, operand: term.expression, type: BOOLEAN } as const
  return derivedTerm(context, at, expression, [term], VERDICT)
}

function membership(context: Context, at: TreeNode, child: TreeNode, values: readonly TreeNode[]): Term {
  const first = judgeExpression(context, child)
  const terms = sameKind(context, at, [first, ...values.map((value) => judgeExpression(context, value))])
  const [operand = first, ...rest] = terms
  if (rest.length === 0) return context.places.refuse(at, "IN without values")
  requirePlain(context, at, terms)
  requireInDomain(context, operand, expressionsOf(rest))
  for (const value of rest) requireInDomain(context, value, [operand.expression])
  const parts = { operand: operand.expression, values: expressionsOf(rest) }
  const expression = { ...parts, node: "in", nullable: nullableIn(terms), type: BOOLEAN } as const
  return derivedTerm(context, at, expression, terms, VERDICT)
}
