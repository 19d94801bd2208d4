import type { ValueColumn } from "../contract/columns.ts"

declare const judged: unique symbol

/** A column of a dataset that the query reads. */
export interface ColumnUse {
  readonly dataset: string
  readonly column: string
  readonly type: ValueColumn["type"]
  /** Digits after the point; 0 but for decimals. */
  readonly scale: number
}

/** A constant of the column's own type, as the contract writes such values, or a declared parameter. */
export type Operand =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "parameter"; readonly name: string }

export type Comparison = "=" | "<>" | "<" | "<=" | ">" | ">="

/** A condition on rows. Every leaf compares one allowed column with constants. */
export type Predicate =
  | { readonly kind: "and" | "or"; readonly children: readonly Predicate[] }
  | { readonly kind: "not"; readonly child: Predicate }
  | { readonly kind: "compare"; readonly column: ColumnUse; readonly operator: Comparison; readonly operand: Operand }
  | { readonly kind: "in"; readonly column: ColumnUse; readonly operands: readonly Operand[] }
  | { readonly kind: "between"; readonly column: ColumnUse; readonly low: Operand; readonly high: Operand }
  | { readonly kind: "is-null"; readonly column: ColumnUse }

export type PlanOutput =
  | { readonly kind: "dimension"; readonly name: string; readonly column: ColumnUse }
  | { readonly kind: "count"; readonly name: string }
  | { readonly kind: "sum" | "avg"; readonly name: string; readonly column: ColumnUse }

/** A query that passed the judge. What runs is SQL made from this, never the contract's text. */
export interface JudgedQuery {
  readonly [judged]: true
  readonly query: string
  /** Joined datasets, in the order of the SQL. All are joined on the identity. */
  readonly datasets: readonly string[]
  readonly where: Predicate | null
  readonly outputs: readonly PlanOutput[]
}

/** Columns of one dataset that a plan reads, beside the identity. */
export function columnsRead(plan: JudgedQuery, dataset: string): readonly string[] {
  const uses = [
    ...plan.outputs.flatMap((output) => (output.kind === "count" ? [] : [output.column])),
    ...(plan.where === null ? [] : columnsOfPredicate(plan.where)),
  ]
  return [...new Set(uses.filter((use) => use.dataset === dataset).map(({ column }) => column))]
}

function columnsOfPredicate(predicate: Predicate): readonly ColumnUse[] {
  switch (predicate.kind) {
    case "and":
    case "or":
      return predicate.children.flatMap(columnsOfPredicate)
    case "not":
      return columnsOfPredicate(predicate.child)
    default:
      return [predicate.column]
  }
}
