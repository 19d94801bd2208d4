import type { Places } from "../place.ts"
import { list, node, type TreeNode } from "../tree.ts"
import type { Context } from "./context.ts"
import { judgeExpression } from "./expression.ts"
import type { Term } from "./lineage.ts"

/** GROUP BY is one list: no ROLLUP, CUBE or GROUPING SETS, of which one list is one set. */
export function groupExpressions(places: Places, select: TreeNode): readonly TreeNode[] {
  const expressions = list(select.group_expressions).map(node)
  const sets = list(select.group_sets).map((set) => list(set))
  const [first, ...others] = sets
  const whole = expressions.length === 0 ? sets.length === 0 : first?.length === expressions.length
  if (!whole || others.length > 0) places.refuse(select, "GROUP BY is one list of expressions, one grouping level")
  for (const expression of expressions) {
    if (expression.class === "CONSTANT") places.refuse(expression, "GROUP BY names expressions, not positions")
  }
  return expressions
}

/** A shown expression with the name that the SQL gives it; null for a column's own name. */
export interface Shown {
  readonly alias: string | null
  readonly term: Term
}

/** Requires that GROUP BY names exactly the shown expressions, each as it is or by its alias. */
export function requireGrouped(context: Context, shown: readonly Shown[], expressions: readonly TreeNode[]): void {
  const { places } = context
  const open = [...shown]
  for (const expression of expressions) {
    const index = open.findIndex(namedBy(context, expression, shown))
    if (index === -1) places.refuse(expression, "GROUP BY names what is not shown", "query-output")
    open.splice(index, 1)
  }
  const [missing] = open
  if (missing !== undefined) places.refuse(missing.term.at, "is shown and not in GROUP BY", "query-output")
}

/** What an expression of GROUP BY names: a name that is both a column and the alias of something else names neither. */
function namedBy(context: Context, expression: TreeNode, shown: readonly Shown[]): (candidate: Shown) => boolean {
  const name = bareName(expression)
  if (name !== null && !context.scope.knows(name)) return ({ alias }) => alias === name
  const text = textOf(judgeExpression(context, expression))
  if (shown.some(({ alias, term }) => name !== null && alias === name && textOf(term) !== text)) {
    context.places.refuse(expression, `${name} is an alias and a column: give the output another name`, "query-output")
  }
  return ({ term }) => textOf(term) === text
}

/** The name of an unqualified reference. */
export function bareName(expression: TreeNode): string | null {
  if (expression.class !== "COLUMN_REF") return null
  const [name, ...others] = list(expression.column_names)
  return others.length === 0 ? String(name) : null
}

/** Expressions are the same when nothing in them differs. Domains are long, and follow from the columns. */
function textOf({ expression }: Term): string {
  return JSON.stringify(expression, (key, value: unknown) => {
    if (key === "domain") return undefined
    return typeof value === "bigint" ? `${value}n` : value
  })
}
