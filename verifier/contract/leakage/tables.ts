import { nameOf } from "./differences.ts"
import type { Leak } from "./leak.ts"
import type { ReleasedNumber } from "./number.ts"
import { areEqual, isSubset, without } from "./sets.ts"

/** The same number by other dimensions: withheld cells are bounded, or told, by the other table. */
export function otherDimensions(numbers: readonly ReleasedNumber[]): readonly Leak[] {
  const found = new Map<string, Leak>()
  for (const [index, one] of numbers.entries()) {
    for (const other of numbers.slice(index + 1)) {
      if (one.query === other.query || !samePeople(one, other) || areEqual(one.dimensions, other.dimensions)) continue
      const pair = `${one.query} ${other.query}`
      if (!found.has(pair)) found.set(pair, leakOf(one, other))
    }
  }
  return [...found.values()]
}

function samePeople(one: ReleasedNumber, other: ReleasedNumber): boolean {
  const [own, its] = [one, other].map(({ conditions }) => new Set(conditions.map(({ exact }) => exact)))
  const alike = own !== undefined && its !== undefined && areEqual(own, its)
  return alike && areEqual(one.datasets, other.datasets) && one.measure === other.measure
}

function leakOf(one: ReleasedNumber, other: ReleasedNumber): Leak {
  const [coarse, fine] = isSubset(one.dimensions, other.dimensions) ? [one, other] : [other, one]
  if (!isSubset(coarse.dimensions, fine.dimensions)) {
    return {
      example: "both have the same total: what one withholds is no more than what the other leaves over",
      kind: "dimensions-other",
      what: `${nameOf(one)} and ${nameOf(other)} are of the same people, by other dimensions`,
    }
  }
  return {
    example: "a group of the coarse one, minus its released groups in the fine one, is its withheld groups together",
    kind: "dimensions-nested",
    what: `${nameOf(coarse)} adds up ${nameOf(fine)} over ${without(fine.dimensions, coarse.dimensions).join(" and ")}`,
  }
}
