import type { LegitimateQuery, ReferenceAggregate } from "../case.ts"
import type { World } from "../worlds/contract.ts"

/** Distinct people who pass; rounded to `step`. */
export const people = (k: number, step = 1): ReferenceAggregate => ({ k, kind: "count", step: BigInt(step) })

/** A total in units of 10^-scale, rounded to `step` units. */
export const total = (k: number, scale: number, step: number): ReferenceAggregate => ({
  k,
  kind: "sum",
  rowStep: 1n,
  scale,
  step: BigInt(step),
})

/** An average of a total rounded to `step` units over rows rounded to `rowStep`. */
export const mean = (k: number, scale: number, step: number, rowStep: number): ReferenceAggregate => ({
  k,
  kind: "avg",
  rowStep: BigInt(rowStep),
  scale,
  step: BigInt(step),
})

export function legitimate(
  world: World,
  id: string,
  title: string,
  clauses: string,
  rest: Omit<LegitimateQuery, "clauses" | "id" | "title" | "world">,
): LegitimateQuery {
  return { clauses: clauses.split(" "), id, title, world, ...rest }
}
