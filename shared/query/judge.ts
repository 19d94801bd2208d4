import type { Contract } from "../contract/contract.ts"
import type { Dataset } from "../contract/dataset.ts"
import type { OutputColumn, Query } from "../contract/query.ts"
import { ANY, EXPRESSION, requireClosed } from "./closed.ts"
import type { JudgedQuery, PlanOutput } from "./judged.ts"
import { Places } from "./place.ts"
import { judgePredicate, type PredicateContext } from "./predicate.ts"
import { Scope } from "./scope.ts"
import { list, node, type TreeNode } from "./tree.ts"

/** Clauses of a SELECT that are not part of the profile, with the values that say that they are absent. */
const ABSENT = {
  aggregate_handling: "STANDARD_HANDLING",
  cte_map: { map: [] },
  having: null,
  modifiers: [],
  qualify: null,
  sample: null,
  type: "SELECT_NODE",
} as const

/**
 * Judges one query of a contract on DuckDB's own tree (SPEC.md, "Query profile"): one SELECT over datasets joined on the
 * identity, filters, GROUP BY declared dimensions, count(distinct identity), sum and avg of declared measures. Refuses
 * everything else with its place, and whatever an owner's rule forbids with the owner.
 */
export function judgeQuery(contract: Contract, query: Query, statement: TreeNode): JudgedQuery {
  const places = new Places(query.sql)
  requireClosed(places, statement, { named_param_map: ANY, node: ANY }, "statement")
  const select = node(statement.node)
  const judgedHere = { from_table: ANY, group_expressions: ANY, group_sets: ANY, select_list: ANY, where_clause: ANY }
  requireClosed(places, select, { ...ABSENT, ...judgedHere }, "SELECT")
  const scope = new Scope(places)
  judgeFrom({ contract, places, scope }, node(select.from_table))
  requireRules(places, query, scope.datasets)
  const context = { places, query, scope }
  const where = select.where_clause === null ? null : judgePredicate(context, node(select.where_clause))
  const outputs = list(select.select_list).map((item) => judgeOutput(context, node(item)))
  requireDeclared(places, query, outputs)
  requireGrouping(context, select, outputs)
  const plan = { datasets: scope.datasets.map(({ name }) => name), outputs, query: query.name, where }
  return plan as unknown as JudgedQuery
}

interface FromContext {
  readonly contract: Contract
  readonly places: Places
  readonly scope: Scope
}

function judgeFrom(context: FromContext, table: TreeNode): void {
  if (table.type === "BASE_TABLE") context.scope.addTable(context.contract, table)
  else if (table.type === "JOIN") judgeJoin(context, table)
  else context.places.refuse(table, "only datasets of the contract, joined, can be read")
}

function judgeJoin(context: FromContext, join: TreeNode): void {
  const { contract, places, scope } = context
  const fixed = { alias: "", delim_flipped: false, duplicate_eliminated_columns: [], join_type: "INNER", sample: null }
  const judgedHere = { condition: ANY, left: ANY, query_location: ANY, right: ANY, type: "JOIN", using_columns: ANY }
  requireClosed(places, join, { ...fixed, ...judgedHere, ref_type: "REGULAR" }, "join")
  judgeFrom(context, node(join.left))
  const right = node(join.right)
  if (right.type !== "BASE_TABLE") places.refuse(right, "the right side of a join is one dataset")
  const joined = scope.addTable(contract, right)
  if (list(join.using_columns).length > 0) requireUsing(context, join, joined)
  else requireOn(context, join, joined)
}

/** USING names one column that is the identity on both sides. */
function requireUsing({ places, scope }: FromContext, join: TreeNode, joined: Dataset): void {
  const columns = list(join.using_columns)
  const isIdentity = (dataset: Dataset) =>
    dataset.columns.some(({ name, type }) => type === "identity" && name === columns[0])
  if (columns.length !== 1 || !isIdentity(joined) || !scope.datasets.every(isIdentity)) {
    places.refuse(join, "USING names the identity column of both sides, and nothing else")
  }
}

/** ON is one equality of two identities, one of them the new dataset's. */
function requireOn({ places, scope }: FromContext, join: TreeNode, joined: Dataset): void {
  if (join.condition === null) places.refuse(join, "a join needs its condition")
  const condition = node(join.condition)
  const shape = { ...EXPRESSION, class: "COMPARISON", left: ANY, right: ANY, type: "COMPARE_EQUAL" }
  requireClosed(places, condition, shape, "join condition")
  const sides = [scope.requireIdentity(node(condition.left)), scope.requireIdentity(node(condition.right))]
  if (sides.filter((dataset) => dataset === joined).length !== 1) {
    places.refuse(condition, "a join condition ties the new dataset's identity to an earlier one's")
  }
}

/** What the owners' rules say about the query as a whole. */
function requireRules(places: Places, query: Query, datasets: readonly Dataset[]): void {
  const specs = new Set(datasets.map(({ tokenSpec }) => tokenSpec))
  if (specs.size > 1)
    places.refuse(null, "the joined datasets have different token specs: their identities never match")
  for (const { columns, name, owner, rule } of datasets) {
    const identity = columns.find(({ type }) => type === "identity")
    if (datasets.length > 1 && (identity === undefined || !rule.joinColumns.includes(identity.name))) {
      places.refuse(null, `${name} may not be joined on its identity`, owner)
    }
    const missing = rule.joinRequired.filter((other) => !datasets.some((dataset) => dataset.name === other))
    if (missing.length > 0) places.refuse(null, `${name} may be read only joined with ${missing.join(", ")}`, owner)
    const foreign = query.recipients.filter((recipient) => !rule.allowedRecipients.includes(recipient))
    if (foreign.length > 0) places.refuse(null, `${foreign.join(", ")} may not receive results of ${name}`, owner)
    if (!rule.purposes.includes(query.purpose)) {
      places.refuse(null, `${name} may not be used for ${query.purpose}`, owner)
    }
  }
}

function judgeOutput(context: PredicateContext, item: TreeNode): PlanOutput {
  const alias = typeof item.alias === "string" ? item.alias : ""
  if (item.class === "COLUMN_REF") return dimension(context, item, alias)
  if (item.class === "FUNCTION") return aggregate(context, item, alias)
  return context.places.refuse(item, "an output column is a dimension, or one aggregate")
}

function dimension({ places, scope }: PredicateContext, item: TreeNode, alias: string): PlanOutput {
  const { column, dataset, use } = scope.value(item)
  if (column.role !== "dimension" || !dataset.rule.dimensionColumns.includes(column.name)) {
    places.refuse(item, `${column.name} is not a dimension column`, dataset.owner)
  }
  return { column: use, kind: "dimension", name: alias === "" ? column.name : alias }
}

/** Fields of an aggregate that must say "plain": no FILTER, ORDER BY, schema or catalog. */
const PLAIN = {
  catalog: "",
  export_state: false,
  filter: null,
  is_operator: false,
  order_bys: { orders: [], type: "ORDER_MODIFIER" },
  schema: "",
} as const

function aggregate(context: PredicateContext, item: TreeNode, alias: string): PlanOutput {
  const { places, scope } = context
  const name = String(item.function_name)
  const judgedHere = { children: ANY, class: "FUNCTION", distinct: ANY, function_name: ANY, type: "FUNCTION" }
  const { order_bys: orders, ...plain } = PLAIN
  requireClosed(places, item, { ...EXPRESSION, ...plain, ...judgedHere, order_bys: ANY }, `${name}()`)
  requireClosed(places, node(item.order_bys), orders, `${name}()`)
  const [argument, ...others] = list(item.children).map(node)
  if (argument === undefined || others.length > 0 || argument.class !== "COLUMN_REF") {
    return places.refuse(item, `${name}() takes one column`)
  }
  if (alias === "") return places.refuse(item, "an aggregate needs a name: AS ...")
  if (name === "count" && item.distinct === true) {
    scope.requireIdentity(argument)
    return { kind: "count", name: alias }
  }
  if ((name !== "sum" && name !== "avg") || item.distinct !== false) {
    return places.refuse(item, "only count(distinct identity), sum(measure) and avg(measure) are part of the profile")
  }
  return { column: measure(context, argument, name), kind: name, name: alias }
}

function measure({ places, scope }: PredicateContext, argument: TreeNode, name: "sum" | "avg") {
  const { column, dataset, use } = scope.value(argument)
  const allowed = dataset.rule.aggregateColumns.find((entry) => entry.column === column.name)
  if (column.role !== "measure" || allowed?.functions.includes(name) !== true) {
    places.refuse(argument, `${name}(${column.name}) is not allowed`, dataset.owner)
  }
  return use
}

/** The contract's declared output is what the parties read: it must be what the SQL says, in order. */
function requireDeclared(places: Places, query: Query, outputs: readonly PlanOutput[]): void {
  const declared = query.output.map(describeDeclared)
  const found = outputs.map(describePlanned)
  const first = found.findIndex((text, index) => text !== declared[index])
  if (first !== -1 || declared.length !== found.length) {
    const index = first === -1 ? found.length : first
    places.refuse(
      null,
      `output column ${index + 1} is ${found[index] ?? "absent"}, declared as ${declared[index] ?? "absent"}`,
    )
  }
  if (new Set(outputs.map(({ name }) => name)).size !== outputs.length)
    places.refuse(null, "an output name occurs twice")
  if (outputs.every(({ kind }) => kind === "dimension")) places.refuse(null, "a query releases at least one aggregate")
}

function describeDeclared(column: OutputColumn): string {
  return column.kind === "count"
    ? `count ${column.name}`
    : `${column.kind} ${column.name} of ${column.dataset}.${column.column}`
}

function describePlanned(output: PlanOutput): string {
  if (output.kind === "count") return `count ${output.name}`
  return `${output.kind} ${output.name} of ${output.column.dataset}.${output.column.column}`
}

/** GROUP BY names every dimension of the output once, by column and not by position, and nothing else. */
function requireGrouping({ places, scope }: PredicateContext, select: TreeNode, outputs: readonly PlanOutput[]): void {
  const grouped = list(select.group_expressions).map((item) => {
    const expression = node(item)
    if (expression.class !== "COLUMN_REF") places.refuse(expression, "GROUP BY names columns")
    const { column, dataset } = scope.value(expression)
    return `${dataset.name}.${column.name}`
  })
  const shown = outputs.flatMap((output) =>
    output.kind === "dimension" ? [`${output.column.dataset}.${output.column.column}`] : [],
  )
  const sets = list(select.group_sets)
  const onlyOne =
    grouped.length === 0 ? sets.length === 0 : sets.length === 1 && list(sets[0]).length === grouped.length
  const same = grouped.length === shown.length && shown.every((name) => grouped.includes(name))
  if (!onlyOne || !same || new Set(shown).size !== shown.length) {
    places.refuse(select, "GROUP BY must name exactly the dimensions of the output, one grouping level")
  }
}
