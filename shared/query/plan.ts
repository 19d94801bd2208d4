import type { Expression } from "./expression.ts"

declare const judged: unique symbol

/**
 * A query that passed the judge (SPEC.md, "Query profile"). What runs is SQL made from this, never the contract's text;
 * the gate bounds what comes back by it.
 */
export interface Plan {
  readonly [judged]: true
  readonly query: string
  /** Every dataset that is read, in the order of the SQL. */
  readonly datasets: readonly string[]
  readonly ctes: readonly Cte[]
  readonly from: Block
  /** What is computed, each with its hidden columns. Outputs refer to these by index. */
  readonly aggregates: readonly Aggregate[]
  readonly outputs: readonly PlanOutput[]
}

/** Joined relations and a condition on their rows. */
export interface Block {
  readonly relations: readonly Relation[]
  readonly where: Expression | null
  /** Most rows that one identity can have after the joins, before `where`. */
  readonly rowsPerIdentity: bigint
}

/**
 * One relation of FROM. The first one's identity is the person of the block; each later one ties its own identity to
 * that of an earlier one, so every identity that is not null is the person's.
 */
export interface Relation {
  /** The name by which the SQL refers to it. */
  readonly alias: string
  readonly source: { readonly dataset: string } | { readonly cte: string }
  /** Name of its identity column: the dataset's, or the common table expression's output name. */
  readonly identity: string
  readonly join: "first" | "inner" | "left"
  /** Index of the earlier relation whose identity this one's equals; 0 for the first. */
  readonly tiedTo: number
  /** Conditions of ON beside that equality. */
  readonly on: Expression | null
  /** Owners whose rows are behind a row of this relation. */
  readonly owners: readonly string[]
  /** Datasets that are behind a row of this relation. */
  readonly datasets: readonly string[]
  /** Whether its identity may be null in the joined rows: a LEFT JOIN that nothing later made an inner one. */
  readonly optional: boolean
}

/** A common table expression that keeps the identity. It has no LEFT JOIN, so all of its owners are behind each row. */
export interface Cte {
  readonly name: string
  readonly from: Block
  /** Whether rows are put together by the identity and the columns of kind "group". */
  readonly grouped: boolean
  readonly columns: readonly CteColumn[]
  readonly rowsPerIdentity: bigint
}

export type CteColumn =
  /** The person of `from`. Exactly one. */
  | { readonly kind: "identity"; readonly name: string }
  /** A value of each row, or, where rows are grouped, one that they are grouped by. */
  | { readonly kind: "value"; readonly name: string; readonly value: Expression }
  | { readonly kind: "per-person"; readonly name: string; readonly aggregate: PersonAggregate }

/**
 * Over the rows of one identity (and one group of the common table expression) that pass `filter`.
 * `count-rows` counts rows, `count` rows with a value. `first` and `last` are the value of the row with the least and
 * the greatest `by`, of rows where neither is null; of equal ones the least value, and the greatest.
 * `type` and `nullable` are those of the result.
 */
export interface PersonAggregate extends Pick<Expression, "nullable" | "type"> {
  readonly kind: "count" | "count-rows" | "first" | "last" | "max" | "min" | "sum"
  /** Null for `count-rows` alone. */
  readonly argument: Expression | null
  /** For `first` and `last` alone. */
  readonly by: Expression | null
  readonly filter: Expression | null
}

/**
 * A released number before rounding. An identity contributes to a count when a row of it passes `filter` and has an
 * identity in `relation`; to a sum or average when the total of `argument` over its rows that pass is not null and not
 * zero.
 */
export type Aggregate =
  | { readonly kind: "count"; readonly relation: number; readonly filter: Expression | null }
  | { readonly kind: "avg" | "sum"; readonly argument: Expression; readonly filter: Expression | null }

export type PlanOutput =
  | { readonly kind: "dimension"; readonly name: string; readonly value: Expression }
  | { readonly kind: "aggregate"; readonly name: string; readonly aggregate: number }
  /** Both sides are released aggregates in their own right: each passes the gate, and the ratio is of rounded values. */
  | { readonly kind: "ratio"; readonly name: string; readonly numerator: number; readonly denominator: number }

/** Most groups that a query can have, withheld ones included: an error for more of them would depend on the rows. */
export const MOST_GROUPS = 200_000

/** Dimensions of the output, in order. */
export function dimensionsOf(plan: Plan): readonly Extract<PlanOutput, { kind: "dimension" }>[] {
  return plan.outputs.filter((output) => output.kind === "dimension")
}
