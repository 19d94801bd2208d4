import type { Query } from "../contract/query.ts"
import { ANY, EXPRESSION, requireClosed } from "./closed.ts"
import type { Comparison, Predicate } from "./judged.ts"
import { operandOf } from "./operand.ts"
import type { Places } from "./place.ts"
import type { Scope } from "./scope.ts"
import { list, node, type TreeNode } from "./tree.ts"

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  COMPARE_EQUAL: "=",
  COMPARE_GREATERTHAN: ">",
  COMPARE_GREATERTHANOREQUALTO: ">=",
  COMPARE_LESSTHAN: "<",
  COMPARE_LESSTHANOREQUALTO: "<=",
  COMPARE_NOTEQUAL: "<>",
}

/** What a predicate is judged with. */
export interface PredicateContext {
  readonly places: Places
  readonly query: Query
  readonly scope: Scope
}

/** Judges a condition: allowed columns against constants of their own type, put together with AND, OR and NOT. */
export function judgePredicate(context: PredicateContext, expression: TreeNode): Predicate {
  switch (expression.class) {
    case "CONJUNCTION":
      return conjunction(context, expression)
    case "COMPARISON":
      return comparison(context, expression)
    case "BETWEEN":
      return between(context, expression)
    case "OPERATOR":
      return operator(context, expression)
    default:
      return context.places.refuse(expression, `${String(expression.class).toLowerCase()} is not part of the profile`)
  }
}

function conjunction(context: PredicateContext, expression: TreeNode): Predicate {
  requireClosed(context.places, expression, { ...EXPRESSION, children: ANY, class: "CONJUNCTION" }, "condition")
  const children = list(expression.children).map((child) => judgePredicate(context, node(child)))
  if (expression.type === "CONJUNCTION_AND") return { children, kind: "and" }
  if (expression.type === "CONJUNCTION_OR") return { children, kind: "or" }
  return context.places.refuse(expression, "condition is not part of the profile")
}

function comparison(context: PredicateContext, expression: TreeNode): Predicate {
  requireClosed(context.places, expression, { ...EXPRESSION, class: "COMPARISON", left: ANY, right: ANY }, "comparison")
  const operator = COMPARISONS[String(expression.type)]
  if (operator === undefined) return context.places.refuse(expression, "this comparison is not part of the profile")
  const { column, use } = filterColumn(context, node(expression.left))
  const operand = operandOf(context.places, context.query, column, node(expression.right))
  return { column: use, kind: "compare", operand, operator }
}

function between(context: PredicateContext, expression: TreeNode): Predicate {
  const shape = { ...EXPRESSION, class: "BETWEEN", input: ANY, lower: ANY, type: "COMPARE_BETWEEN", upper: ANY }
  requireClosed(context.places, expression, shape, "BETWEEN")
  const { column, use } = filterColumn(context, node(expression.input))
  const operand = (value: TreeNode) => operandOf(context.places, context.query, column, value)
  return { column: use, high: operand(node(expression.upper)), kind: "between", low: operand(node(expression.lower)) }
}

function operator(context: PredicateContext, expression: TreeNode): Predicate {
  requireClosed(context.places, expression, { ...EXPRESSION, children: ANY, class: "OPERATOR" }, "operator")
  const children = list(expression.children).map(node)
  const [first, ...rest] = children
  if (first === undefined) return context.places.refuse(expression, "an operator without operands")
  switch (expression.type) {
    case "OPERATOR_NOT":
      return { child: judgePredicate(context, first), kind: "not" }
    case "OPERATOR_IS_NULL":
      return { column: filterColumn(context, first).use, kind: "is-null" }
    case "OPERATOR_IS_NOT_NULL":
      return { child: { column: filterColumn(context, first).use, kind: "is-null" }, kind: "not" }
    case "COMPARE_IN":
      return membership(context, first, rest)
    case "COMPARE_NOT_IN":
      return { child: membership(context, first, rest), kind: "not" }
    default:
      return context.places.refuse(expression, "this operator is not part of the profile")
  }
}

function membership(context: PredicateContext, input: TreeNode, values: readonly TreeNode[]): Predicate {
  const { column, use } = filterColumn(context, input)
  const operands = values.map((value) => operandOf(context.places, context.query, column, value))
  return { column: use, kind: "in", operands }
}

/** Only columns that their owner's rule lets be filtered, and never those that it keeps from literals. */
function filterColumn({ places, scope }: PredicateContext, reference: TreeNode) {
  if (reference.class !== "COLUMN_REF") return places.refuse(reference, "the left side of a condition is a column")
  const found = scope.value(reference)
  const { filterColumns, neverCompared } = found.dataset.rule
  const { name } = found.column
  if (!filterColumns.includes(name)) places.refuse(reference, `${name} is not a filter column`, found.dataset.owner)
  if (neverCompared.includes(name)) places.refuse(reference, `${name} is never compared`, found.dataset.owner)
  return found
}
