import type { Expression } from "../expression.ts"
import type { TreeNode } from "../tree.ts"
import { toDecimal } from "../types/cast.ts"
import type { Context } from "./context.ts"
import type { Term } from "./lineage.ts"

/**
 * Requires terms of one kind of value; nothing is converted silently. Only an integer constant is read as a decimal
 * where it meets one.
 */
export function sameKind(context: Context, at: TreeNode, terms: readonly Term[]): readonly Term[] {
  const decimal = terms.some(({ expression }) => expression.type.kind === "decimal")
  const alike = decimal ? terms.map(asDecimal) : terms
  const kinds = [...new Set(alike.map(({ expression }) => expression.type.kind))]
  if (kinds.length > 1) {
    context.places.refuse(at, `${kinds.join(" and ")} do not mix: convert one with TRY_CAST`, "query-type")
  }
  return alike
}

function asDecimal(term: Term): Term {
  const { expression } = term
  if (expression.node !== "constant" || expression.type.kind !== "integer") return term
  return { ...term, expression: { ...expression, type: toDecimal(expression.type, 0) } }
}

/** A text constant that a text is compared with must be one of its declared values: another would be a typing mistake. */
export function requireInDomain(context: Context, constant: Term, others: readonly Expression[]): void {
  const { expression } = constant
  if (expression.node !== "constant" || expression.type.kind !== "text") return
  for (const { node, type } of others) {
    if (node !== "constant" && type.kind === "text" && !type.domain.includes(expression.text)) {
      context.places.refuse(constant.at, "the text is not in the declared domain", "query-type")
    }
  }
}
