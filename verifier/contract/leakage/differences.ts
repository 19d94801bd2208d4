import type { Leak } from "./leak.ts"
import type { ReleasedNumber } from "./number.ts"
import { areEqual, isSubset, without } from "./sets.ts"

/** Two numbers of the same measure of which one is of some of the other's people. One finding for each two queries. */
export function differences(numbers: readonly ReleasedNumber[]): readonly Leak[] {
  const found = new Map<string, Leak>()
  for (const wide of numbers) {
    for (const narrow of numbers) {
      if (wide.measure !== narrow.measure || !comparable(wide, narrow) || isGuarded(wide, narrow)) continue
      const leak = nested(wide, narrow) ?? sliced(wide, narrow)
      const pair = `${leak?.kind} ${[wide.query, narrow.query].sort().join(" ")}`
      if (leak !== null && !found.has(pair)) found.set(pair, leak)
    }
  }
  return [...found.values()]
}

/** In one row the gate sees to it that those whom a number leaves out of its group are nobody, or enough. */
function isGuarded(wide: ReleasedNumber, narrow: ReleasedNumber): boolean {
  return wide === narrow || (wide.query === narrow.query && wide.wholeGroup)
}

/** Cells of one can be put together to cells of the other. */
function comparable(a: ReleasedNumber, b: ReleasedNumber): boolean {
  return isSubset(a.dimensions, b.dimensions) || isSubset(b.dimensions, a.dimensions)
}

function nested(wide: ReleasedNumber, narrow: ReleasedNumber): Leak | null {
  if (!isSubset(wide.datasets, narrow.datasets) || !isSubset(wide.conditions, narrow.conditions)) return null
  const more = [
    ...without(narrow.datasets, wide.datasets).map((dataset) => `is known to ${dataset}`),
    ...without(narrow.conditions, wide.conditions).map((condition) => `meets ${condition}`),
  ]
  if (more.length === 0) return null
  return {
    example: `If the first says 1,000 and the second 999 in one group, one person is in it who does not: ${more.join(", and ")}.`,
    kind: "nested-groups",
    what: `${nameOf(wide)} minus ${nameOf(narrow)} is of the people of whom it is not true that each ${more.join(" and ")}`,
  }
}

/** The same conditions with other constants: what lies in between. */
function sliced(one: ReleasedNumber, other: ReleasedNumber): Leak | null {
  const same = areEqual(one.datasets, other.datasets) && one.shapes.join("\n") === other.shapes.join("\n")
  const [own = "", ...more] = without(one.conditions, other.conditions)
  const [its = ""] = without(other.conditions, one.conditions)
  if (!same || own === "" || more.length > 0) return null
  return {
    example: `The people between ${own} and ${its} may be few: the two numbers subtract to them.`,
    kind: "slices",
    what: `${nameOf(one)} and ${nameOf(other)} differ in a constant only: ${own}, and ${its}`,
  }
}

export function nameOf({ column, query }: ReleasedNumber): string {
  return `${query}.${column}`
}
