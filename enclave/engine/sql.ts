import type { ColumnUse, JudgedQuery, Operand, Predicate } from "../../shared/query/judged.ts"
import type { IngestedTable } from "../ingest/ingest.ts"
import { identifier, literal } from "./locked-duckdb.ts"

/** SQL made from a judged plan. Parameters are bound; nothing of the contract's text is in it but checked constants. */
export interface GeneratedSql {
  readonly text: string
  /** Parameter names in the order of their places `$1`, `$2`, ... */
  readonly parameters: readonly string[]
}

/**
 * One row per group: the dimensions, the number of distinct identities, and for each sum or average its total, the
 * number of rows with a value, and the number of identities whose total is not zero. All cells are text.
 */
export function aggregateSql(plan: JudgedQuery, tables: readonly IngestedTable[]): GeneratedSql {
  const parameters: string[] = []
  const where = plan.where === null ? "" : ` WHERE ${predicateSql(plan.where, parameters)}`
  const from = joinSql(plan, tables)
  const unique = tables.every(({ uniqueIdentities }) => uniqueIdentities)
  const text = unique ? fromRows(plan, `${from}${where}`) : fromIdentities(plan, `${from}${where}`, tables)
  return { parameters, text }
}

/** With at most one row per identity in every dataset, rows of the join are identities. */
function fromRows(plan: JudgedQuery, from: string): string {
  const cells = plan.outputs.flatMap((output) => {
    if (output.kind === "dimension") return [column(output.column)]
    if (output.kind === "count") return []
    const value = column(output.column)
    return [`sum(${value})`, `count(${value})`, `count_if(${value} <> 0)`]
  })
  return grouped(["count(*)", ...cells], from, dimensionsOf(plan).map(column))
}

/** Otherwise one pass puts together each identity's rows of a group, and a second one counts identities. */
function fromIdentities(plan: JudgedQuery, from: string, tables: readonly IngestedTable[]): string {
  const [first] = tables
  const identity = first === undefined ? "" : `${identifier(first.dataset)}.${identifier(first.identityColumn)}`
  const dimensions = dimensionsOf(plan).map(column)
  const measures = plan.outputs.flatMap((output) =>
    output.kind === "sum" || output.kind === "avg" ? [column(output.column)] : [],
  )
  const inner = [
    ...dimensions.map((name, i) => `${name} AS d${i}`),
    ...measures.flatMap((name, i) => [`sum(${name}) AS s${i}`, `count(${name}) AS n${i}`]),
  ]
  const selected = inner.length === 0 ? "1" : inner.join(", ")
  const perIdentity = `(SELECT ${selected} FROM ${from} GROUP BY ${[identity, ...dimensions].join(", ")})`
  let dimension = 0
  let measure = 0
  const cells = plan.outputs.flatMap((output) => {
    if (output.kind === "dimension") return [`d${dimension++}`]
    if (output.kind === "count") return []
    const i = measure++
    return [`sum(s${i})`, `sum(n${i})`, `count_if(s${i} <> 0)`]
  })
  return grouped(
    ["count(*)", ...cells],
    perIdentity,
    dimensions.map((_, i) => `d${i}`),
  )
}

function grouped(cells: readonly string[], from: string, dimensions: readonly string[]): string {
  const selected = cells.map((cell) => `CAST(${cell} AS VARCHAR)`).join(", ")
  const tail = dimensions.length === 0 ? " HAVING count(*) > 0" : ` GROUP BY ${dimensions.join(", ")}`
  return `SELECT ${selected} FROM ${from}${tail}`
}

function dimensionsOf(plan: JudgedQuery): readonly ColumnUse[] {
  return plan.outputs.flatMap((output) => (output.kind === "dimension" ? [output.column] : []))
}

function joinSql({ datasets }: JudgedQuery, tables: readonly IngestedTable[]): string {
  const parts = datasets.map((name, index) => {
    const table = tables.find(({ dataset }) => dataset === name)
    const first = tables.find(({ dataset }) => dataset === datasets[0])
    if (table === undefined || first === undefined) throw new RangeError("no table")
    const alias = identifier(name)
    const read = `${tableSql(table)} AS ${alias}`
    if (index === 0) return read
    const key = (of: IngestedTable) => `${identifier(of.dataset)}.${identifier(of.identityColumn)}`
    return `JOIN ${read} ON ${key(first)} = ${key(table)}`
  })
  return parts.join(" ")
}

/** One owner's rows, those whom it takes out left out. */
function tableSql({ files, identityColumn, optOuts }: IngestedTable): string {
  const source = `read_parquet([${files.map(literal).join(", ")}])`
  if (optOuts.length === 0) return source
  const tokens = optOuts.map((token) => `${literal(token)}::UUID`).join(", ")
  return `(SELECT * FROM ${source} WHERE ${identifier(identityColumn)} NOT IN (${tokens}))`
}

function column({ column: name, dataset }: ColumnUse): string {
  return `${identifier(dataset)}.${identifier(name)}`
}

function predicateSql(predicate: Predicate, parameters: string[]): string {
  switch (predicate.kind) {
    case "and":
    case "or": {
      const parts = predicate.children.map((child) => predicateSql(child, parameters))
      return `(${parts.join(predicate.kind === "and" ? " AND " : " OR ")})`
    }
    case "not":
      return `(NOT ${predicateSql(predicate.child, parameters)})`
    case "is-null":
      return `(${column(predicate.column)} IS NULL)`
    case "compare":
      return `(${column(predicate.column)} ${predicate.operator} ${operandSql(predicate.column, predicate.operand, parameters)})`
    case "between": {
      const low = operandSql(predicate.column, predicate.low, parameters)
      return `(${column(predicate.column)} BETWEEN ${low} AND ${operandSql(predicate.column, predicate.high, parameters)})`
    }
    case "in": {
      const values = predicate.operands.map((operand) => operandSql(predicate.column, operand, parameters))
      return `(${column(predicate.column)} IN (${values.join(", ")}))`
    }
  }
}

/** Both sides have the column's own type, so DuckDB's binder adds no cast that could throw with a value in its message. */
function operandSql(use: ColumnUse, operand: Operand, parameters: string[]): string {
  if (operand.kind === "literal") return typed(use, literal(operand.text))
  parameters.push(operand.name)
  return typed(use, `$${parameters.length}::VARCHAR`)
}

function typed({ scale, type }: ColumnUse, text: string): string {
  switch (type) {
    case "text":
      return text
    case "integer":
      return `CAST(${text} AS BIGINT)`
    case "decimal":
      return `CAST(${text} AS DECIMAL(18, ${scale}))`
    case "boolean":
      return `CAST(${text} AS BOOLEAN)`
    case "date":
      return `CAST(${text} AS DATE)`
    case "timestamp":
      return `CAST(replace(replace(${text}, 'T', ' '), 'Z', '') AS TIMESTAMP)`
  }
}
