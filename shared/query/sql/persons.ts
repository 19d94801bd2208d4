import { dimensionsOf, type Plan } from "../plan.ts"
import { fromSql, identityOf, type Statement, withSql } from "./block.ts"
import { expressionSql, sqlType } from "./expression.ts"
import { optionalOwners } from "./layout.ts"

/** Columns of `rowsSql` and `personsSql` that hold the dimensions. */
export function dimensionNames(plan: Plan): readonly string[] {
  return dimensionsOf(plan).map((_, index) => `d${index}`)
}

/**
 * The joined rows: the person `p`, dimensions `d`, and by aggregate whether the row counts, `k`, or its value if it
 * passes the filter, `s`; and whether it has a row of each owner that not everybody has, `q`.
 */
export function rowsSql(statement: Statement): string {
  const { binder, plan } = statement
  const cells = [
    `${identityOf(plan.from, 0)} AS p`,
    ...dimensionsOf(plan).map(({ value }, i) => `${expressionSql(value, binder)} AS d${i}`),
    ...plan.aggregates.map((aggregate, i) => {
      const passes = aggregate.filter === null ? null : expressionSql(aggregate.filter, binder)
      if (aggregate.kind === "count") {
        const counted = `${identityOf(plan.from, aggregate.relation)} IS NOT NULL`
        return `(${passes === null ? counted : `${counted} AND ${passes}`}) AS k${i}`
      }
      const value = expressionSql(aggregate.argument, binder)
      return `${passes === null ? value : `CASE WHEN ${passes} THEN ${value} END`} AS s${i}`
    }),
    ...optionalOwners(plan).map((owner, i) => `(${presentSql(plan, owner)}) AS q${i}`),
  ]
  return `${withSql(statement)}SELECT ${cells.join(", ")} ${fromSql(plan.from, statement)}`
}

function presentSql({ from }: Plan, owner: string): string {
  const own = from.relations.flatMap(({ owners }, index) => (owners.includes(owner) ? [index] : []))
  return own.map((index) => `${identityOf(from, index)} IS NOT NULL`).join(" OR ")
}

/** The same columns with each person's rows of a group put together, and `n`, the number of values behind `s`. */
export function personsSql(statement: Statement): string {
  const { plan } = statement
  const keys = ["p", ...dimensionNames(plan)]
  const cells = plan.aggregates.flatMap(({ kind }, i) => {
    if (kind === "count") return [`bool_or(k${i}) AS k${i}`]
    return [`sum(s${i}) AS s${i}`, ...(kind === "avg" ? [`count(s${i}) AS n${i}`] : [])]
  })
  const present = optionalOwners(plan).map((_, i) => `bool_or(q${i}) AS q${i}`)
  return `SELECT ${[...keys, ...cells, ...present].join(", ")} FROM (${rowsSql(statement)}) GROUP BY ${keys.join(", ")}`
}

/** Whether a person of `rowsSql` or `personsSql` contributes to an aggregate: zero and nothing do not. */
export function contributes({ aggregates }: Plan, index: number, single: boolean): string {
  const aggregate = aggregates[index]
  if (aggregate === undefined) throw new RangeError("no aggregate")
  if (aggregate.kind === "count") return `k${index}`
  const { type } = aggregate.argument
  const summed = type.kind === "decimal" ? `DECIMAL(38, ${type.scale})` : "HUGEINT"
  return `(s${index} <> CAST(0 AS ${single ? sqlType(type) : summed}))`
}
