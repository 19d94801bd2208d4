import type { Contract } from "../../../shared/contract/contract.ts"
import type { EffectivePolicy } from "../../../shared/contract/effective-policy.ts"
import { dimensionsOf, type Plan } from "../../../shared/query/plan.ts"
import { datasetOf } from "../../../shared/query/policy.ts"
import type { ValueType } from "../../../shared/query/value-type.ts"
import type { Leak } from "./leak.ts"

const DAYS: Readonly<Record<Extract<ValueType, { kind: "date" }>["unit"], bigint>> = {
  day: 1n,
  month: 30n,
  quarter: 91n,
  week: 7n,
  year: 365n,
}

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

function valuesOf(type: ValueType): bigint {
  switch (type.kind) {
    case "text":
      return BigInt(type.domain.length)
    case "boolean":
      return 2n
    case "integer":
    case "decimal":
      return (type.max - type.min) / type.step + 1n
    case "date":
      return (type.max - type.min) / DAYS[type.unit] + 1n
    case "timestamp":
      return type.max - type.min + 1n
  }
}

function product(a: bigint, b: bigint): bigint {
  return a * b
}
