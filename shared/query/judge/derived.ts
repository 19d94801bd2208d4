import type { Expression } from "../expression.ts"
import type { TreeNode } from "../tree.ts"
import { bounded } from "../types/limits.ts"
import type { Context } from "./context.ts"
import { guardedIn, lineageOf, literalIn, type Making, type Origin, type Term } from "./lineage.ts"

/** An expression made from others. It may neither overflow nor leave the calendar, whatever its operands are. */
export function derivedTerm(
  context: Context,
  at: TreeNode,
  expression: Expression,
  operands: readonly Term[],
  over: Partial<Origin> = {},
): Term {
  if (!bounded(expression.type)) {
    context.places.refuse(at, "could overflow, or leave the calendar or its declared values", "query-range")
  }
  const making: Making = literalIn(operands) ? "literal" : "derived"
  const counts = operands.some((operand) => operand.counts)
  const made = { bare: null, counts, guarded: guardedIn(operands), lineage: lineageOf(operands), making }
  return { at, expression, ...made, ...over }
}

export function nullableIn(terms: readonly Term[]): boolean {
  return terms.some(({ expression }) => expression.nullable)
}

export function expressionsOf(terms: readonly Term[]): readonly Expression[] {
  return terms.map(({ expression }) => expression)
}
