import type { Contract } from "../../../shared/contract/contract.ts"
import type { EffectivePolicy } from "../../../shared/contract/effective-policy.ts"
import { dimensionsOf, type Plan } from "../../../shared/query/plan.ts"
import { datasetOf } from "../../../shared/query/policy.ts"
import { valuesOf } from "../../../shared/query/types/values.ts"
import type { Leak } from "./leak.ts"

/** More cells than there can be full ones: most would be withheld, and the few that are not stand alone. */
export function fineness(
  contract: Contract,
  plan: Plan,
  { maxGroups, minIdentities }: EffectivePolicy,
): readonly Leak[] {
  const dimensions = dimensionsOf(plan)
  const cells = dimensions.map(({ value }) => valuesOf(value.type) + (value.nullable ? 1n : 0n)).reduce(product, 1n)
  const people = Math.min(...plan.datasets.map((name) => datasetOf(contract, name).maxRows))
  const full = Math.min(Math.floor(people / minIdentities), maxGroups)
  if (cells <= BigInt(full)) return []
  return [
    {
      example: `with ${people} people spread evenly, a cell has ${perCell(people, cells)}; it needs ${minIdentities}`,
      kind: "cells-too-small",
      what: `${plan.query}: ${cells} cells by ${dimensions.map(({ name }) => name).join(", ")}, at most ${full} can be released; most would be withheld`,
    },
  ]
}

function perCell(people: number, cells: bigint): string {
  const each = BigInt(people) / cells
  return each === 0n ? "less than one" : `about ${each}`
}

function product(a: bigint, b: bigint): bigint {
  return a * b
}
