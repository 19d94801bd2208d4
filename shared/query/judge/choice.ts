import type { TreeNode } from "../tree.ts"
import { combined, extreme } from "../types/combined.ts"
import type { Context } from "./context.ts"
import { derivedTerm, expressionsOf } from "./derived.ts"
import { judgeExpression } from "./expression.ts"
import { sameKind } from "./kinds.ts"
import { allPlain, literalIn, type Making, type Term } from "./lineage.ts"
import { requirePlain } from "./never-compared.ts"
import { requireFunction } from "./uses.ts"

/** Null only where every operand is. */
export function judgeCoalesce(context: Context, tree: TreeNode, children: readonly TreeNode[]): Term {
  const terms = chosenFrom(context, tree, "coalesce", children)
  const type = combined(terms.map(({ expression }) => expression.type))
  const expression = { node: "coalesce", nullable: allNullable(terms), operands: expressionsOf(terms), type } as const
  return derivedTerm(context, tree, expression, terms, { making: choiceOf(terms) })
}

/** Nulls are skipped, as DuckDB does. */
export function judgeExtreme(
  context: Context,
  tree: TreeNode,
  which: "greatest" | "least",
  children: readonly TreeNode[],
): Term {
  const terms = chosenFrom(context, tree, which, children)
  const operands = expressionsOf(terms)
  const expression = { node: which, nullable: allNullable(terms), operands, type: extreme(which, operands) }
  return derivedTerm(context, tree, expression, terms, { making: choiceOf(terms) })
}

function chosenFrom(
  context: Context,
  tree: TreeNode,
  name: "coalesce" | "greatest" | "least",
  children: readonly TreeNode[],
): readonly Term[] {
  if (children.length < 2) context.places.refuse(tree, `${name} needs two operands or more`)
  const terms = sameKind(
    context,
    tree,
    children.map((child) => judgeExpression(context, child)),
  )
  requirePlain(context, tree, terms)
  requireFunction(context.places, tree, name, terms)
  return terms
}

/** A choice between columns is as plain as they are. */
export function choiceOf(terms: readonly Term[]): Making {
  if (literalIn(terms)) return "literal"
  return allPlain(terms) ? "plain" : "derived"
}

function allNullable(terms: readonly Term[]): boolean {
  return terms.every(({ expression }) => expression.nullable)
}
