import type { TreeNode, TreeValue } from "../../shared/query/tree.ts"

/** What a statement is made of, by the names that DuckDB's tree gives: nodes, functions, operators, joins, casts, constants. */
export function nodesOf(tree: TreeValue, found: Set<string> = new Set()): ReadonlySet<string> {
  if (tree === null || typeof tree !== "object") return found
  if (Array.isArray(tree)) {
    for (const inner of tree as readonly TreeValue[]) nodesOf(inner, found)
    return found
  }
  const node = tree as TreeNode
  for (const name of namesOf(node)) found.add(name)
  for (const inner of Object.values(node)) nodesOf(inner, found)
  return found
}

function namesOf(node: TreeNode): readonly string[] {
  const { type } = node
  if (typeof type !== "string") return "cte_map" in node ? [] : namesOfPart(node)
  if (node.class === "FUNCTION") return functionNames(node)
  if (type === "OPERATOR_CAST") return [`${node.try_cast === true ? "TRY_CAST" : "CAST"} ${idOf(node.cast_type)}`]
  if (type === "VALUE_CONSTANT") return [`${type} ${constantType(node)}`]
  if (type === "JOIN") return joinNames(node)
  if (type === "SELECT_NODE") return selectNames(node)
  if (type === "BASE_TABLE") return [type, ...(node.sample === null ? [] : ["TABLESAMPLE"])]
  return typeof node.class === "string" || TABLES.includes(type) || type.endsWith("_NODE") ? [type] : namesOfPart(node)
}

const TABLES = ["EMPTY", "EXPRESSION_LIST", "SHOW_REF", "SUBQUERY", "TABLE_FUNCTION"]

function functionNames(node: TreeNode): readonly string[] {
  const name = `FUNCTION ${String(node.function_name)}`
  return [
    name,
    ...(node.distinct === true ? [`${name} DISTINCT`] : []),
    ...(node.filter === null ? [] : [`${name} FILTER`]),
  ]
}

function joinNames(node: TreeNode): readonly string[] {
  const using = Array.isArray(node.using_columns) && node.using_columns.length > 0 ? ["JOIN USING"] : []
  return [`JOIN ${node.ref_type === "REGULAR" ? String(node.join_type) : String(node.ref_type)}`, ...using]
}

/** Clauses of a SELECT that are there. */
function selectNames(node: TreeNode): readonly string[] {
  const clauses = ["having", "qualify", "sample", "where_clause"].filter((name) => node[name] !== null)
  const sets = Array.isArray(node.group_sets) ? node.group_sets.length : 0
  const grouping = sets === 0 ? [] : sets === 1 ? ["group_sets"] : ["group_sets several"]
  const all = node.aggregate_handling === "STANDARD_HANDLING" ? [] : [String(node.aggregate_handling)]
  return ["SELECT_NODE", ...clauses, ...grouping, ...all]
}

/** Modifiers and entries of the map of common table expressions have no class. */
function namesOfPart(node: TreeNode): readonly string[] {
  if (typeof node.type === "string" && node.type.endsWith("_MODIFIER")) {
    return node.type === "ORDER_MODIFIER" && Array.isArray(node.orders) && node.orders.length === 0 ? [] : [node.type]
  }
  return "materialized" in node ? ["cte_map"] : []
}

function idOf(type: TreeValue | undefined): string {
  return type !== null && typeof type === "object" && "id" in type ? String(type.id) : "?"
}

function constantType(node: TreeNode): string {
  const { value } = node
  return value !== null && typeof value === "object" && "type" in value ? idOf(value.type) : "?"
}
