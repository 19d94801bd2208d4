import type { EffectivePolicy } from "../../contract/effective-policy.ts"
import { dimensionsOf, type Plan } from "../plan.ts"

/**
 * One cell of a row that the engine reports; a row is a group. `people` are its distinct persons, `alike` the fewest that
 * contribute to the same aggregates and to no other, `present` those with a row of an owner that not everybody has. By aggregate:
 * `contributing` persons, and those of them that are present; and for sums and averages the total, the number of rows
 * with a value, the sum of the persons' absolute totals, and the largest of these. `touched` are persons whom an owner has newly taken out, by aggregate those of them that contributed to
 * it or do now, as `touchedSql` counts them.
 */
export type Cell =
  | { readonly kind: "alike" | "people" | "touched" }
  | { readonly kind: "dimension"; readonly dimension: number }
  | { readonly kind: "present"; readonly owner: string }
  | {
      readonly kind: "absolute" | "contributing" | "rows" | "shares" | "total" | "touched-contributing"
      readonly aggregate: number
    }
  | { readonly kind: "contributing-present"; readonly aggregate: number; readonly owner: string }

/** What the layout depends on beside the plan. */
export interface HiddenCells {
  /** Largest contributions that the dominance rules look at; with 0 nothing is asked about dominance. */
  readonly shares: number
  /** Whether an owner has newly taken somebody out. */
  readonly touched: boolean
}

/** Cells of a row in their order: the engine is asked for them and the gate reads them by this. */
export function layoutOf(plan: Plan, { shares, touched }: HiddenCells): readonly Cell[] {
  const owners = optionalOwners(plan)
  return [
    { kind: "people" },
    ...(comparesNumbers(plan) ? [{ kind: "alike" } as const] : []),
    ...dimensionsOf(plan).map((_, dimension): Cell => ({ dimension, kind: "dimension" })),
    ...owners.map((owner): Cell => ({ kind: "present", owner })),
    ...plan.aggregates.flatMap(({ kind }, aggregate): readonly Cell[] => [
      ...(countsEverybody(plan, aggregate)
        ? []
        : [
            { aggregate, kind: "contributing" } as const,
            ...owners.map((owner) => ({ aggregate, kind: "contributing-present", owner }) as const),
          ]),
      ...(kind === "count" ? [] : [{ aggregate, kind: "total" } as const]),
      ...(kind === "avg" ? [{ aggregate, kind: "rows" } as const] : []),
      ...(kind === "count" || shares === 0
        ? []
        : [{ aggregate, kind: "absolute" } as const, { aggregate, kind: "shares" } as const]),
    ]),
    ...(touched
      ? [
          { kind: "touched" } as const,
          ...plan.aggregates.map((_, aggregate) => ({ aggregate, kind: "touched-contributing" }) as const),
        ]
      : []),
  ]
}

/** Owners of whom a person of the result may have no row at all. */
export function optionalOwners({ from }: Plan): readonly string[] {
  const always = new Set(from.relations.flatMap(({ optional, owners }) => (optional ? [] : owners)))
  const sometimes = new Set(from.relations.flatMap(({ owners }) => owners))
  return [...sometimes].filter((owner) => !always.has(owner))
}

/** A count to which every person of a group contributes needs no cells of its own. */
export function countsEverybody({ aggregates, from }: Plan, index: number): boolean {
  const aggregate = aggregates[index]
  return (
    aggregate?.kind === "count" && aggregate.filter === null && from.relations[aggregate.relation]?.optional === false
  )
}

/**
 * Aggregates to which not everybody need contribute: with two of them, one could be subtracted from the other. A sum can be
 * a count in disguise (`sum(least(x, 1))`), and sums of shifted values dither its rounding away.
 */
export function numbersOfSome(plan: Plan): readonly number[] {
  return plan.aggregates.flatMap((_, index) => (countsEverybody(plan, index) ? [] : [index]))
}

/** Whether two numbers to which not everybody contributes stand in a row: an average is two, a sum and its rows. */
export function comparesNumbers(plan: Plan): boolean {
  return numbersOfSome(plan).length > 1 || plan.aggregates.some(({ kind }) => kind === "avg")
}

/** Largest contributions that the dominance rules of a policy look at. */
export function sharesOf({ dominance }: Pick<EffectivePolicy, "dominance">): number {
  return Math.max(0, ...dominance.map((rule) => (rule.kind === "n-k" ? rule.n : 2)))
}
