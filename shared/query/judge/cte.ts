import type { Query } from "../../contract/query.ts"
import { ColumnName } from "../../json/fields.ts"
import { ANY, requireClosed } from "../closed.ts"
import type { Cte, CteColumn } from "../plan.ts"
import { tableName } from "../table-name.ts"
import { list, node, type TreeNode } from "../tree.ts"
import { type GroupContext, isPersonAggregate, judgePersonAggregate } from "./aggregate.ts"
import type { Context } from "./context.ts"
import { judgeExpression, unnamed } from "./expression.ts"
import { judgeBlock } from "./from.ts"
import { bareName, groupExpressions, requireGrouped } from "./grouping.ts"
import { everySource, type Origin, type Term } from "./lineage.ts"
import type { Catalog, NamedSource } from "./relation.ts"
import type { Scope, ScopeColumn, Source } from "./scope.ts"
import { nameOf, requireSelect } from "./select.ts"
import { requireUse } from "./uses.ts"

/** The common table expressions of a statement, each of which sees the ones before it. */
export function judgeWith(
  catalog: Omit<Catalog, "ctes">,
  query: Query,
  select: TreeNode,
): ReadonlyMap<string, NamedSource> {
  const { contract, places } = catalog
  const ctes = new Map<string, NamedSource>()
  const map = node(select.cte_map)
  requireClosed(places, map, { map: ANY }, "WITH")
  for (const entry of list(map.map).map(node)) {
    requireClosed(places, entry, { key: ANY, value: ANY }, "WITH")
    const name = String(entry.key)
    const taken = ctes.has(name) || contract.datasets.some((dataset) => tableName(dataset.name) === name)
    if (!ColumnName.safeParse(name).success) places.refuse(null, "a name of WITH is of a-z, 0-9 and _")
    if (taken) places.refuse(null, `WITH ${name}: a table of that name is there already`)
    ctes.set(name, judgeCte({ ...catalog, ctes }, query, name, node(entry.value)))
  }
  return ctes
}

function judgeCte(catalog: Catalog, query: Query, name: string, value: TreeNode): NamedSource {
  const { places } = catalog
  const fixed = { aliases: [], key_targets: [], materialized: "CTE_MATERIALIZE_DEFAULT" }
  requireClosed(places, value, { ...fixed, query: ANY }, `WITH ${name}`)
  const statement = node(value.query)
  requireClosed(places, statement, { named_param_map: ANY, node: ANY }, `WITH ${name}`)
  const select = node(statement.node)
  requireSelect(places, select, `WITH ${name}`)
  requireClosed(places, node(select.cte_map), { map: [] }, `WITH ${name}`)
  const { block, context } = judgeBlock(catalog, query, select, false)
  const items = columnsOf({ ...context, rows: block.rowsPerIdentity }, select)
  const groups = groupExpressions(places, select)
  const grouped = groups.length > 0
  if (grouped) requirePersonGroups(context, select, items, groups)
  else requireRows(catalog, items)
  const alone = grouped && items.every(({ column }) => column.kind !== "value")
  const rows = alone ? 1n : block.rowsPerIdentity
  const cte: Cte = { columns: items.map(({ column }) => column), from: block, grouped, name, rowsPerIdentity: rows }
  return { cte, source: sourceOf(cte, items, context.scope) }
}

interface Item {
  readonly tree: TreeNode
  readonly column: CteColumn
  readonly scoped: ScopeColumn
  readonly term: Term | null
}

/** The columns of a common table expression: one identity, values, and aggregates of one person's rows. */
function columnsOf(context: GroupContext, select: TreeNode): readonly Item[] {
  const { places } = context
  const items = list(select.select_list).map((item) => judgeItem(context, node(item)))
  const names = items.map(({ column }) => column.name)
  if (new Set(names).size !== names.length) places.refuse(select, "a column's name occurs twice")
  if (items.filter(({ scoped }) => scoped === "identity").length !== 1) {
    places.refuse(select, "a common table expression keeps exactly one identity in its SELECT")
  }
  return items
}

function judgeItem(context: GroupContext, tree: TreeNode): Item {
  const { places } = context
  const bare = unnamed(tree)
  if (context.scope.identity(bare) !== null) {
    return { column: { kind: "identity", name: nameOf(places, tree) }, scoped: "identity", term: null, tree }
  }
  if (isPersonAggregate(tree)) {
    const { aggregate, origin } = judgePersonAggregate(context, bare)
    requireSources(context, bare, origin)
    const { nullable, type } = aggregate
    const column = { aggregate, kind: "per-person", name: nameOf(places, tree) } as const
    return { column, scoped: { ...origin, nullable, type }, term: null, tree }
  }
  const term = judgeExpression(context, bare)
  requireSources(context, term.at, term)
  const { at: _, expression, ...origin } = term
  const { nullable, type } = expression
  const column = { kind: "value", name: nameOf(places, tree), value: expression } as const
  return { column, scoped: { ...origin, nullable, type }, term, tree }
}

/** A constant beside the identity would say who is in a dataset, and no owner's list would know of it. */
function requireSources({ places }: Context, at: TreeNode, { lineage }: Origin): void {
  if (everySource(lineage).length === 0) places.refuse(at, "a column of a common table expression shows a column")
}

/** GROUP BY the identity, and the values that are shown; nothing groups the identity away. */
function requirePersonGroups(
  context: Context,
  select: TreeNode,
  items: readonly Item[],
  expressions: readonly TreeNode[],
): void {
  const { places } = context
  const identityName = items.find(({ scoped }) => scoped === "identity")?.column.name
  const isIdentity = (expression: TreeNode) => {
    const name = bareName(expression)
    if (name !== null && !context.scope.knows(name)) return name === identityName
    return context.scope.identity(expression) !== null
  }
  const rest = expressions.filter((expression) => !isIdentity(expression))
  if (rest.length !== expressions.length - 1) {
    places.refuse(select, "a common table expression keeps the identity in its GROUP BY")
  }
  const shown = items.flatMap(({ term, tree }) =>
    term === null ? [] : [{ alias: tree.alias === "" ? null : String(tree.alias), term }],
  )
  requireGrouped(context, shown, rest)
  for (const { term } of shown) requireUse(places, term.at, everySource(term.lineage), "filter")
}

function requireRows({ places }: Catalog, items: readonly Item[]): void {
  const aggregate = items.find(({ column }) => column.kind === "per-person")
  if (aggregate !== undefined)
    places.refuse(aggregate.tree, "an aggregate of one person's rows needs GROUP BY the identity")
}

function sourceOf(cte: Cte, items: readonly Item[], { sources }: Scope): Source {
  const behind = [...new Set(sources.flatMap((source) => source.behind))]
  return {
    behind,
    columns: new Map(items.map(({ column, scoped }) => [column.name, scoped])),
    datasets: behind.map(({ name }) => name),
    identity: items.find(({ scoped }) => scoped === "identity")?.column.name ?? "",
    owners: [...new Set(behind.map(({ owner }) => owner))],
    rows: cte.rowsPerIdentity,
    source: { cte: cte.name },
  }
}
