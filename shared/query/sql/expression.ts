import type { ClockUnit, Comparison, Expression } from "../expression.ts"
import { scaleOfType } from "../types/number.ts"
import type { ValueType } from "../value-type.ts"
import type { Binder } from "./binder.ts"
import { identifier, literal } from "./quote.ts"

const MOST_DIGITS = 10n ** 18n - 1n
const MICROSECONDS: Readonly<Record<ClockUnit, number>> = {
  day: 86_400_000_000,
  hour: 3_600_000_000,
  minute: 60_000_000,
  second: 1_000_000,
  week: 604_800_000_000,
}

/** Relations of a block are r0, r1, ... whatever the contract calls them. */
export function relationName(index: number): string {
  return `r${index}`
}

/** The physical type of every value of a kind, between any two steps of an expression. */
export function sqlType(type: ValueType): string {
  switch (type.kind) {
    case "text":
      return "VARCHAR"
    case "boolean":
      return "BOOLEAN"
    case "integer":
      return "BIGINT"
    case "decimal":
      return `DECIMAL(18, ${type.scale})`
    case "date":
      return "DATE"
    case "timestamp":
      return "TIMESTAMP"
  }
}

/**
 * Every operand is cast to what its operator takes, so that DuckDB's binder adds no cast of its own, which would throw,
 * with the value in its message, on rows that WHERE excludes as well. What is printed here cannot: values are within
 * the expression's declared bounds, and those fit the types.
 */
export function expressionSql(expression: Expression, binder: Binder): string {
  const sql = (operand: Expression) => expressionSql(operand, binder)
  switch (expression.node) {
    case "column":
      return `${relationName(expression.relation)}.${identifier(expression.column)}`
    case "constant":
      return constantSql(expression.text, expression.type)
    case "parameter":
      return boundSql(binder.place(expression.name), expression.type)
    case "and":
    case "or":
      return `(${expression.operands.map(sql).join(expression.node === "and" ? " AND " : " OR ")})`
    case "not":
      return `(NOT ${sql(expression.operand)})`
    case "is-null":
      return `(${sql(expression.operand)} IS NULL)`
    case "compare":
      return comparison(expression.operator, expression.left, expression.right, binder)
    case "in": {
      const [operand, ...values] = alike([expression.operand, ...expression.values], binder)
      return `(${operand} IN (${values.join(", ")}))`
    }
    case "cast":
      return `TRY_CAST(${sql(expression.operand)} AS ${sqlType(expression.type)})`
    default:
      return valueSql(expression, binder)
  }
}

type Computed = Exclude<
  Expression,
  { node: "and" | "cast" | "column" | "compare" | "constant" | "in" | "is-null" | "not" | "or" | "parameter" }
>

function valueSql(expression: Computed, binder: Binder): string {
  const sql = (operand: Expression) => expressionSql(operand, binder)
  switch (expression.node) {
    case "add":
    case "multiply":
    case "subtract":
      return arithmetic(expression, binder)
    case "divide":
      return `(${sql(expression.left)} // CAST(${expression.by} AS BIGINT))`
    case "modulo":
      return `(${sql(expression.left)} % CAST(${expression.by} AS BIGINT))`
    case "absolute":
      return `abs(${sql(expression.operand)})`
    case "negate":
      return `(-${sql(expression.operand)})`
    case "coalesce":
    case "greatest":
    case "least":
      return typed(`${expression.node}(${alike(expression.operands, binder).join(", ")})`, expression.type)
    case "case":
      return caseSql(expression, binder)
    case "shift":
      return shift(expression, binder)
    case "truncate":
      return `CAST(date_trunc(${literal(expression.unit)}, ${sql(expression.operand)}) AS DATE)`
    case "part":
      return `date_part(${literal(expression.unit)}, ${sql(expression.operand)})`
    case "difference":
      return `date_diff(${literal(expression.unit)}, ${sql(expression.left)}, ${sql(expression.right)})`
  }
}

function comparison(operator: Comparison, left: Expression, right: Expression, binder: Binder): string {
  return `(${alike([left, right], binder).join(` ${operator} `)})`
}

/** Products of decimals have the scales of both together; every other operation has both sides in the same scale. */
function arithmetic(
  expression: Extract<Expression, { node: "add" | "multiply" | "subtract" }>,
  binder: Binder,
): string {
  const { left, node, right, type } = expression
  const operator = { add: "+", multiply: "*", subtract: "-" }[node]
  const sides =
    node === "multiply" && type.kind === "decimal"
      ? [left, right].map((side) => atScale(side, scaleOfType(side.type), binder))
      : alike([left, right], binder)
  return typed(`(${sides.join(` ${operator} `)})`, type)
}

function caseSql({ branches, otherwise, type }: Extract<Expression, { node: "case" }>, binder: Binder): string {
  const results = alike([...branches.map(({ result }) => result), ...(otherwise === null ? [] : [otherwise])], binder)
  const when = branches.map((branch, i) => ` WHEN ${expressionSql(branch.when, binder)} THEN ${results[i]}`).join("")
  const last = otherwise === null ? "" : ` ELSE ${results.at(-1)}`
  return typed(`(CASE${when}${last} END)`, type)
}

/** Days are added to dates as integers, and microseconds to timestamps: calendar intervals would be of another type. */
function shift({ back, count, operand, unit }: Extract<Expression, { node: "shift" }>, binder: Binder): string {
  const [moved, number, sign] = [expressionSql(operand, binder), expressionSql(count, binder), back ? "-" : "+"]
  if (operand.type.kind !== "date") return `(${moved} ${sign} to_microseconds(${number} * ${MICROSECONDS[unit]}))`
  return `(${moved} ${sign} CAST(${number} * ${unit === "week" ? 7 : 1} AS INTEGER))`
}

/** Operands of one kind: decimals of several scales, and integers among them, in the finest one. */
function alike(operands: readonly Expression[], binder: Binder): readonly string[] {
  const decimal = operands.some(({ type }) => type.kind === "decimal")
  if (!decimal) return operands.map((operand) => expressionSql(operand, binder))
  const scale = Math.max(...operands.map(({ type }) => scaleOfType(type)))
  return operands.map((operand) => atScale(operand, scale, binder))
}

/** In 18 digits where every value has room, which is faster; else in 38, where every one has. */
function atScale(operand: Expression, scale: number, binder: Binder): string {
  const { type } = operand
  const text = expressionSql(operand, binder)
  if (type.kind === "decimal" && type.scale === scale) return text
  return `CAST(${text} AS DECIMAL(${fits(type, scale) ? 18 : 38}, ${scale}))`
}

function fits(type: ValueType, scale: number): boolean {
  if (type.kind !== "integer" && type.kind !== "decimal") return false
  const factor = 10n ** BigInt(scale - scaleOfType(type))
  return type.max * factor <= MOST_DIGITS && type.min * factor >= -MOST_DIGITS
}

/** Only decimals come out of operators in other widths. */
function typed(text: string, type: ValueType): string {
  return type.kind === "decimal" ? `CAST(${text} AS ${sqlType(type)})` : text
}

function constantSql(text: string, type: ValueType): string {
  if (type.kind === "text") return literal(text)
  const written = type.kind === "timestamp" ? text.replace("T", " ").replace("Z", "") : text
  return `CAST(${literal(written)} AS ${sqlType(type)})`
}

function boundSql(place: string, type: ValueType): string {
  if (type.kind === "text") return place
  const written = type.kind === "timestamp" ? `replace(replace(${place}, 'T', ' '), 'Z', '')` : place
  return `CAST(${written} AS ${sqlType(type)})`
}
