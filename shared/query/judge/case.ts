import { ANY, EXPRESSION, requireClosed } from "../closed.ts"
import type { Branch } from "../expression.ts"
import { list, node, type TreeNode } from "../tree.ts"
import { combined } from "../types/combined.ts"
import { isNull } from "./cell.ts"
import { choiceOf } from "./choice.ts"
import { judgeBoolean } from "./condition.ts"
import type { Context } from "./context.ts"
import { derivedTerm } from "./derived.ts"
import { judgeExpression } from "./expression.ts"
import { sameKind } from "./kinds.ts"
import { guardedIn, lineageOf, type Term } from "./lineage.ts"
import { requirePlain } from "./never-compared.ts"
import { requireFunction } from "./uses.ts"

/** CASE WHEN ... THEN ... ELSE: its conditions decide and are lineage of their own. ELSE NULL is no ELSE. */
export function judgeCase(context: Context, tree: TreeNode): Term {
  const shape = { ...EXPRESSION, case_checks: ANY, class: "CASE", else_expr: ANY, type: "CASE_EXPR" }
  requireClosed(context.places, tree, shape, "CASE")
  const checks = list(tree.case_checks).map(node)
  for (const check of checks) requireClosed(context.places, check, { then_expr: ANY, when_expr: ANY }, "CASE")
  const conditions = checks.map((check) => judgeBoolean(context, node(check.when_expr), "WHEN"))
  const otherwise = node(tree.else_expr)
  const results = [
    ...checks.map((check) => node(check.then_expr)),
    ...(isNull(context.places, otherwise) ? [] : [otherwise]),
  ]
  const terms = sameKind(
    context,
    tree,
    results.map((result) => judgeExpression(context, result)),
  )
  requirePlain(context, tree, terms)
  requireFunction(context.places, tree, "case", [...conditions, ...terms])
  const over = { guarded: guardedIn(terms), lineage: lineageOf(terms, conditions), making: choiceOf(terms) }
  return derivedTerm(context, tree, caseOf(conditions, terms), terms, over)
}

function caseOf(conditions: readonly Term[], terms: readonly Term[]) {
  const branches = conditions.flatMap(({ expression: when }, index): readonly Branch[] => {
    const result = terms[index]?.expression
    return result === undefined ? [] : [{ result, when }]
  })
  const otherwise = terms[conditions.length]?.expression ?? null
  const nullable = otherwise === null || terms.some(({ expression }) => expression.nullable)
  const type = combined(terms.map(({ expression }) => expression.type))
  return { branches, node: "case", nullable, otherwise, type } as const
}
