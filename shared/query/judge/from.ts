import type { Query } from "../../contract/query.ts"
import { ANY, EXPRESSION, requireClosed } from "../closed.ts"
import type { Expression } from "../expression.ts"
import type { Block } from "../plan.ts"
import { list, node, type TreeNode } from "../tree.ts"
import { MAX_INTEGER } from "../types/limits.ts"
import { judgeCondition } from "./condition.ts"
import type { Context } from "./context.ts"
import { addTable, type Catalog } from "./relation.ts"
import { Scope } from "./scope.ts"

interface FromContext extends Context {
  readonly catalog: Catalog
  readonly leftJoins: boolean
}

/** FROM and WHERE of one SELECT. */
export interface JudgedBlock {
  readonly block: Block
  readonly context: Context
}

export function judgeBlock(catalog: Catalog, query: Query, select: TreeNode, leftJoins: boolean): JudgedBlock {
  const { places } = catalog
  const scope = new Scope(places)
  const context = { catalog, depth: 0, leftJoins, places, query, scope }
  judgeFrom(context, node(select.from_table))
  const rowsPerIdentity = scope.rowsPerIdentity
  if (rowsPerIdentity > MAX_INTEGER) {
    places.refuse(node(select.from_table), "one identity could have too many rows after these joins", "query-range")
  }
  const where = select.where_clause === null ? null : judgeCondition(context, node(select.where_clause), "WHERE")
  return { block: { relations: scope.relations, rowsPerIdentity, where: where?.expression ?? null }, context }
}

function judgeFrom(context: FromContext, table: TreeNode): void {
  if (table.type === "BASE_TABLE") addTable(context.catalog, context.scope, table)
  else if (table.type === "JOIN") judgeJoin(context, table)
  else context.places.refuse(table, "only datasets of the contract and names of WITH, joined, can be read")
}

/** Left-deep joins: the left side is judged first, and the right side is one table. */
function judgeJoin(outer: FromContext, join: TreeNode): void {
  const context = { ...outer, depth: outer.depth + 1 }
  const { catalog, places, scope } = context
  const fixed = { alias: "", delim_flipped: false, duplicate_eliminated_columns: [], sample: null, type: "JOIN" }
  const judgedHere = { condition: ANY, join_type: ANY, left: ANY, query_location: ANY, right: ANY, using_columns: ANY }
  requireClosed(places, join, { ...fixed, ...judgedHere, ref_type: "REGULAR" }, "join")
  const left = join.join_type === "LEFT"
  if (!left && join.join_type !== "INNER") places.refuse(join, "only inner and left joins are part of the profile")
  if (left && !context.leftJoins) places.refuse(join, "a left join stands in the outer SELECT only")
  judgeFrom(context, node(join.left))
  const right = node(join.right)
  if (right.type !== "BASE_TABLE") places.refuse(right, "the right side of a join is one table")
  const joined = addTable(catalog, scope, right)
  const using = list(join.using_columns)
  if (using.length > 0) scope.tie(tieByUsing(context, join, using.map(String)), null, left)
  else {
    const { on, tiedTo } = tieByCondition(context, join, joined)
    scope.tie(tiedTo, on, left)
  }
}

/** USING names one column that is the identity on both sides. */
function tieByUsing({ places, scope }: FromContext, join: TreeNode, [name, ...others]: readonly string[]): number {
  const tiedTo = name === undefined || others.length > 0 || join.condition !== null ? null : scope.using(name)
  return tiedTo ?? places.refuse(join, "USING names the identity column of both sides, and nothing else")
}

interface Tie {
  readonly tiedTo: number
  readonly on: Expression | null
}

/** ON is one equality of two identities, one of them the new relation's, and conditions. */
function tieByCondition(context: FromContext, join: TreeNode, joined: number): Tie {
  const { places } = context
  if (join.condition === null) places.refuse(join, "a join needs its condition")
  const condition = node(join.condition)
  const parts = condition.type === "CONJUNCTION_AND" ? list(condition.children).map(node) : [condition]
  const ties = parts.map((part) => identityTie(context, part, joined))
  const [tiedTo, ...others] = ties.filter((tie) => tie !== null)
  if (tiedTo === undefined || others.length > 0) {
    return places.refuse(condition, "a join has one equality of its identity with an earlier one's")
  }
  const rest = parts.filter((_, index) => ties[index] === null)
  if (rest.length === 0) return { on: null, tiedTo }
  const whole = { ...condition, children: rest }
  const [only] = rest
  const on = judgeCondition(context, rest.length === 1 && only !== undefined ? only : whole, "ON")
  return { on: on.expression, tiedTo }
}

/** The earlier relation of an equality of identities; null for any other condition. */
function identityTie({ places, scope }: FromContext, part: TreeNode, joined: number): number | null {
  if (part.type !== "COMPARE_EQUAL") return null
  const sides = [scope.identity(node(part.left)), scope.identity(node(part.right))]
  const [first, second] = sides.filter((side) => side !== null)
  if (first === undefined || second === undefined) return null
  const shape = { ...EXPRESSION, class: "COMPARISON", left: ANY, right: ANY, type: "COMPARE_EQUAL" }
  requireClosed(places, part, shape, "join condition")
  if ((first === joined) === (second === joined)) {
    places.refuse(part, "a join condition ties the new table's identity to an earlier one's")
  }
  return first === joined ? second : first
}
