import type { Expression } from "../../../shared/query/expression.ts"
import type { Block, Cte, CteColumn, PersonAggregate, Plan } from "../../../shared/query/plan.ts"

/** How constants and parameters are written: as they are, or all alike, so that two slices have one shape. */
export type Writing = "exact" | "shape"

/**
 * An expression as text that does not depend on aliases: columns of datasets by dataset, columns of common table
 * expressions by what they are made of. Two texts are equal only where the expressions are.
 */
export function expressionText(plan: Plan, block: Block, expression: Expression, writing: Writing = "exact"): string {
  const text = (inner: Expression) => expressionText(plan, block, inner, writing)
  const list = (inner: readonly Expression[]) => inner.map(text).join(", ")
  switch (expression.node) {
    case "column":
      return columnText(plan, block, expression, writing)
    case "constant":
      return writing === "shape" ? "?" : constantText(expression.text, expression.type.kind)
    case "parameter":
      return writing === "shape" ? "?" : `$${expression.name}`
    case "add":
      return `(${text(expression.left)} + ${text(expression.right)})`
    case "subtract":
      return `(${text(expression.left)} - ${text(expression.right)})`
    case "multiply":
      return `(${text(expression.left)} * ${text(expression.right)})`
    case "divide":
      return `(${text(expression.left)} // ${expression.by})`
    case "modulo":
      return `(${text(expression.left)} % ${expression.by})`
    case "absolute":
      return `abs(${text(expression.operand)})`
    case "negate":
      return `-${text(expression.operand)}`
    case "coalesce":
    case "greatest":
    case "least":
      return `${expression.node}(${list(expression.operands)})`
    case "case": {
      const branches = expression.branches.map(({ result, when }) => ` WHEN ${text(when)} THEN ${text(result)}`)
      const otherwise = expression.otherwise === null ? "" : ` ELSE ${text(expression.otherwise)}`
      return `CASE${branches.join("")}${otherwise} END`
    }
    case "compare":
      return `${text(expression.left)} ${expression.operator} ${text(expression.right)}`
    case "and":
    case "or":
      return `(${expression.operands.map(text).join(expression.node === "and" ? " AND " : " OR ")})`
    case "not":
      return `NOT (${text(expression.operand)})`
    case "is-null":
      return `${text(expression.operand)} IS NULL`
    case "in":
      return `${text(expression.operand)} IN (${writing === "shape" ? "?" : list(expression.values)})`
    case "shift":
      return `(${text(expression.operand)} ${expression.back ? "-" : "+"} ${text(expression.count)} ${expression.unit}s)`
    case "truncate":
      return `date_trunc('${expression.unit}', ${text(expression.operand)})`
    case "part":
      return `${expression.unit}(${text(expression.operand)})`
    case "difference":
      return `date_diff('${expression.unit}', ${text(expression.left)}, ${text(expression.right)})`
    case "cast":
      return `TRY_CAST(${text(expression.operand)} AS ${expression.type.kind})`
  }
}

function columnText(
  plan: Plan,
  { relations }: Block,
  { column, relation }: Extract<Expression, { node: "column" }>,
  writing: Writing,
): string {
  const found = relations[relation]
  if (found === undefined) throw new RangeError(`no relation ${relation}`)
  if ("cte" in found.source) return cteColumnText(plan, cteOf(plan, found.source.cte), column, writing)
  const { dataset } = found.source
  const several = relations.filter(({ source }) => "dataset" in source && source.dataset === dataset).length > 1
  return `${several ? `${dataset}(${found.alias})` : dataset}.${column}`
}

function cteColumnText(plan: Plan, { columns, from }: Cte, name: string, writing: Writing): string {
  const column = columns.find((candidate) => candidate.name === name)
  if (column === undefined) throw new RangeError(`no column ${name}`)
  if (column.kind === "identity") return name
  if (column.kind === "value") return expressionText(plan, from, column.value, writing)
  return perPerson(plan, from, column, writing)
}

function perPerson(
  plan: Plan,
  block: Block,
  { aggregate }: Extract<CteColumn, { kind: "per-person" }>,
  writing: Writing,
): string {
  const { argument, by, filter, kind }: PersonAggregate = aggregate
  const read = [argument, by].flatMap((part) => (part === null ? [] : [expressionText(plan, block, part, writing)]))
  const only = filter === null ? "" : ` where ${expressionText(plan, block, filter, writing)}`
  return `${kind}(${read.join(", ")}) per person${only}`
}

export function cteOf({ ctes }: Plan, name: string): Cte {
  const cte = ctes.find((candidate) => candidate.name === name)
  if (cte === undefined) throw new RangeError(`no common table expression ${name}`)
  return cte
}

function constantText(text: string, kind: Expression["type"]["kind"]): string {
  return kind === "text" || kind === "date" || kind === "timestamp" ? `'${text}'` : text
}
