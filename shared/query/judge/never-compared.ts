import type { TreeNode } from "../tree.ts"
import type { Context } from "./context.ts"
import { allPlain, guardedIn, literalIn, type Term } from "./lineage.ts"

/** A column that is never compared with a literal takes no part in this at all. */
export function requireUnguarded(context: Context, at: TreeNode, terms: readonly Term[], what: string): void {
  const [first] = guardedIn(terms)
  if (first === undefined) return
  const name = `${first.dataset.name}.${first.column?.name ?? "*"}`
  context.places.forbid(at, `${name} is never compared with a literal: ${what}`, "neverCompared", first.dataset.owner)
}

/** Such a column meets columns, or columns moved by an interval, and nothing that could be a literal in disguise. */
export function requirePlain(context: Context, at: TreeNode, terms: readonly Term[]): void {
  if (!allPlain(terms)) requireUnguarded(context, at, terms, "it meets columns only here")
}

/** Such a column is reckoned with columns only. */
export function requireNoLiteral(context: Context, at: TreeNode, terms: readonly Term[]): void {
  if (literalIn(terms)) requireUnguarded(context, at, terms, "it is reckoned with columns only")
}
