import type { ValueColumn } from "../../contract/columns.ts"
import type { Dataset } from "../../contract/dataset.ts"
import type { Expression } from "../expression.ts"
import type { TreeNode } from "../tree.ts"

/** A dataset's column, or the number of its rows, from which something is made. */
export interface Source {
  readonly dataset: Dataset
  /** Null for the number of rows. */
  readonly column: ValueColumn | null
}

/** Where an expression's values come from, followed through common table expressions. */
export interface Lineage {
  readonly values: readonly Source[]
  /** What decides between values: CASE and FILTER. */
  readonly conditions: readonly Source[]
}

/**
 * `plain`: a column, or a column moved by an interval, or a choice of such. `literal`: a constant or parameter takes
 * part. What is `derived` can be a constant in disguise: `date_diff('day', d, d + INTERVAL 50 DAY)` is 50.
 */
export type Making = "derived" | "literal" | "plain"

/** What is known of a value beside its expression. */
export interface Origin {
  readonly lineage: Lineage
  /** Columns in it that are never compared with a literal. */
  readonly guarded: readonly Source[]
  readonly making: Making
  /** Whether it can be other than zero where all its columns are: adding it up counts rows. */
  readonly counts: boolean
  /** The column whose values it shows as they are. */
  readonly bare: Source | null
}

/** A judged expression. */
export interface Term extends Origin {
  readonly at: TreeNode
  readonly expression: Expression
}

export const NO_LINEAGE: Lineage = { conditions: [], values: [] }

export function keyOf({ column, dataset }: Source): string {
  return `${dataset.name}.${column?.name ?? "*"}`
}

/** Each source once, in order. */
export function union(...lists: readonly (readonly Source[])[]): readonly Source[] {
  return [...new Map(lists.flat().map((source) => [keyOf(source), source])).values()]
}

export function everySource({ conditions, values }: Lineage): readonly Source[] {
  return union(values, conditions)
}

/** Lineage of something made from values, and chosen by conditions. */
export function lineageOf(values: readonly Origin[], conditions: readonly Origin[] = []): Lineage {
  return {
    conditions: union(
      ...values.map(({ lineage }) => lineage.conditions),
      ...conditions.map(({ lineage }) => everySource(lineage)),
    ),
    values: union(...values.map(({ lineage }) => lineage.values)),
  }
}

export function guardedIn(terms: readonly Origin[]): readonly Source[] {
  return union(...terms.map(({ guarded }) => guarded))
}

/** Whether any of the values has a constant or parameter in it. */
export function literalIn(terms: readonly Origin[]): boolean {
  return terms.some(({ making }) => making === "literal")
}

export function allPlain(terms: readonly Origin[]): boolean {
  return terms.every(({ making }) => making === "plain")
}
