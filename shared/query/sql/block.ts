import type { Block, Cte, CteColumn, PersonAggregate, Plan, Relation } from "../plan.ts"
import type { Binder } from "./binder.ts"
import { expressionSql, relationName, sqlType } from "./expression.ts"
import { identifier } from "./quote.ts"
import type { Sources } from "./source.ts"

/** What the blocks of one statement are printed with. */
export interface Statement {
  readonly plan: Plan
  readonly sources: Sources
  readonly binder: Binder
}

/** `WITH c0 AS (...), c1 AS (...) `, or nothing. */
export function withSql(statement: Statement): string {
  const { ctes } = statement.plan
  if (ctes.length === 0) return ""
  return `WITH ${ctes.map((cte, index) => `c${index} AS (${cteSql(cte, statement)})`).join(", ")} `
}

function cteSql({ columns, from, grouped }: Cte, statement: Statement): string {
  const cells = columns.map((column) => `${columnSql(column, from, statement)} AS ${identifier(column.name)}`)
  const keys = columns.flatMap((column, index) => (column.kind === "per-person" ? [] : [index + 1]))
  return `SELECT ${cells.join(", ")} ${fromSql(from, statement)}${grouped ? ` GROUP BY ${keys.join(", ")}` : ""}`
}

function columnSql(column: CteColumn, from: Block, { binder }: Statement): string {
  switch (column.kind) {
    case "identity":
      return identityOf(from, 0)
    case "value":
      return expressionSql(column.value, binder)
    case "per-person":
      return personAggregateSql(column.aggregate, binder)
  }
}

/** `FROM r0 JOIN r1 ON ... WHERE ...` */
export function fromSql(from: Block, statement: Statement): string {
  const relations = from.relations.map((relation, index) => relationSql(relation, index, from, statement))
  const where = from.where === null ? "" : ` WHERE ${expressionSql(from.where, statement.binder)}`
  return `FROM ${relations.join(" ")}${where}`
}

function relationSql(relation: Relation, index: number, from: Block, { binder, plan, sources }: Statement): string {
  const { join, on, source, tiedTo } = relation
  const name =
    "dataset" in source
      ? sources.sql(source.dataset)
      : `c${plan.ctes.findIndex((candidate) => candidate.name === source.cte)}`
  const read = `${name} AS ${relationName(index)}`
  if (join === "first") return read
  const tie = `${identityOf(from, index)} = ${identityOf(from, tiedTo)}`
  const condition = on === null ? tie : `${tie} AND ${expressionSql(on, binder)}`
  return `${join === "left" ? "LEFT JOIN" : "JOIN"} ${read} ON ${condition}`
}

/** The identity of one relation of a block. */
export function identityOf({ relations }: Block, index: number): string {
  const relation = relations[index]
  if (relation === undefined) throw new RangeError("no relation")
  return `${relationName(index)}.${identifier(relation.identity)}`
}

function personAggregateSql(aggregate: PersonAggregate, binder: Binder): string {
  const { argument, by, filter, kind, type } = aggregate
  const [value, order, passes] = [argument, by, filter].map((part) =>
    part === null ? null : expressionSql(part, binder),
  )
  const filtered = (conditions: readonly (string | null | undefined)[]) => {
    const all = conditions.filter((condition) => typeof condition === "string")
    return all.length === 0 ? "" : ` FILTER (WHERE ${all.join(" AND ")})`
  }
  if (kind === "count-rows") return `count(*)${filtered([passes])}`
  if (kind === "first" || kind === "last") {
    // `arg_min` takes any of equal ones, by the order in which threads come to them.
    const least = kind === "first" ? "min" : "max"
    const rows = filtered([`${value} IS NOT NULL`, `${order} IS NOT NULL`, passes])
    return `struct_extract(${least}(struct_pack(o := ${order}, v := ${value}))${rows}, 'v')`
  }
  const computed = `${kind}(${value})${filtered([passes])}`
  return kind === "sum" ? `CAST(${computed} AS ${sqlType(type)})` : computed
}

/** Whether no person has more than one row of a relation. */
export function oncePerPerson({ source }: Relation, statement: Statement): boolean {
  if ("dataset" in source) return statement.sources.table(source.dataset).uniqueIdentities
  const cte = statement.plan.ctes.find(({ name }) => name === source.cte)
  if (cte === undefined) throw new RangeError("no common table expression")
  if (cte.grouped && cte.columns.every(({ kind }) => kind !== "value")) return true
  return cte.from.relations.every((relation) => oncePerPerson(relation, statement))
}
