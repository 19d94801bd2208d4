import type { Expression } from "./expression.ts"
import type { Block, Cte, Plan } from "./plan.ts"

/** The expression itself and everything in it. */
export function* expressionsIn(expression: Expression): Generator<Expression> {
  yield expression
  for (const child of childrenOf(expression)) yield* expressionsIn(child)
}

function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.node) {
    case "column":
    case "constant":
    case "parameter":
      return []
    case "add":
    case "compare":
    case "difference":
    case "multiply":
    case "subtract":
      return [expression.left, expression.right]
    case "divide":
    case "modulo":
      return [expression.left]
    case "and":
    case "coalesce":
    case "greatest":
    case "least":
    case "or":
      return expression.operands
    case "case": {
      const branches = expression.branches.flatMap(({ result, when }) => [when, result])
      return expression.otherwise === null ? branches : [...branches, expression.otherwise]
    }
    case "in":
      return [expression.operand, ...expression.values]
    case "shift":
      return [expression.operand, expression.count]
    case "absolute":
    case "cast":
    case "is-null":
    case "negate":
    case "not":
    case "part":
    case "truncate":
      return [expression.operand]
  }
}

/** A block with every expression that is evaluated over its relations. */
export interface Evaluated {
  readonly block: Block
  readonly roots: readonly Expression[]
}

export function blocksOf(plan: Plan): readonly Evaluated[] {
  const aggregates = plan.aggregates.flatMap((aggregate) => [
    ...present(aggregate.filter),
    ...(aggregate.kind === "count" ? [] : [aggregate.argument]),
  ])
  const dimensions = plan.outputs.flatMap((output) => (output.kind === "dimension" ? [output.value] : []))
  const outer = { block: plan.from, roots: [...conditionsOf(plan.from), ...aggregates, ...dimensions] }
  return [...plan.ctes.map((cte) => ({ block: cte.from, roots: [...conditionsOf(cte.from), ...valuesOf(cte)] })), outer]
}

function conditionsOf({ relations, where }: Block): readonly Expression[] {
  return [...relations.flatMap(({ on }) => present(on)), ...present(where)]
}

function valuesOf({ columns }: Cte): readonly Expression[] {
  return columns.flatMap((column) => {
    if (column.kind === "identity") return []
    if (column.kind === "value") return [column.value]
    return [column.aggregate.argument, column.aggregate.by, column.aggregate.filter].flatMap(present)
  })
}

function present(expression: Expression | null): readonly Expression[] {
  return expression === null ? [] : [expression]
}
