import type { Leak } from "./leak.ts"
import { COUNTED, type Condition, type ReleasedNumber } from "./number.ts"
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

/**
 * In one row the gate sees to it that those whom a number leaves out of its group are nobody, or enough, and so are the
 * people of every difference of counts. Two sums with filters are left.
 */
function isGuarded(wide: ReleasedNumber, narrow: ReleasedNumber): boolean {
  return wide === narrow || (wide.query === narrow.query && (wide.wholeGroup || wide.measure === COUNTED))
}

/** Cells of one can be put together to cells of the other. */
function comparable(a: ReleasedNumber, b: ReleasedNumber): boolean {
  return isSubset(a.dimensions, b.dimensions) || isSubset(b.dimensions, a.dimensions)
}

function nested(wide: ReleasedNumber, narrow: ReleasedNumber): Leak | null {
  const further = furtherConditions(wide, narrow)
  if (further === null || !isSubset(wide.datasets, narrow.datasets)) return null
  const more = [
    ...without(narrow.datasets, wide.datasets).map((dataset) => `known to ${dataset}`),
    ...further.map(({ exact }) => exact),
  ].join(" and ")
  if (more === "") return null
  return {
    example: `1,000 in the one and 999 in the other, in the same group: of one person in it this is not true: ${more}`,
    kind: "nested-groups",
    what: `${nameOf(wide)} minus ${nameOf(narrow)} is of the people of whom this is not true: ${more}`,
  }
}

/** What a number asks beyond another one; null where it does not ask all that the other one asks. */
function furtherConditions(wide: ReleasedNumber, narrow: ReleasedNumber): readonly Condition[] | null {
  const left = [...narrow.conditions]
  for (const condition of wide.conditions) {
    const exact = left.findIndex((other) => other.exact === condition.exact)
    const index = exact === -1 ? left.findIndex((other) => canBeEqual(other, condition)) : exact
    if (index === -1) return null
    left.splice(index, 1)
  }
  return left
}

/** A parameter can be given the other one's value. */
function canBeEqual(one: Condition, other: Condition): boolean {
  return one.shape === other.shape && (one.exact.includes("$") || other.exact.includes("$"))
}

/** The same conditions with other constants: what lies in between. */
function sliced(one: ReleasedNumber, other: ReleasedNumber): Leak | null {
  const [own, ...more] = one.conditions.filter(({ exact }) => !other.conditions.some((its) => its.exact === exact))
  const [its, ...further] = other.conditions.filter(({ exact }) => !one.conditions.some((mine) => mine.exact === exact))
  if (own === undefined || its === undefined || more.length + further.length > 0) return null
  if (own.shape !== its.shape || !areEqual(one.datasets, other.datasets)) return null
  return {
    example: `the people between ${own.exact} and ${its.exact} may be few: the two numbers subtract to them`,
    kind: "slices",
    what: `${nameOf(one)} and ${nameOf(other)} differ in a constant only: ${own.exact}, and ${its.exact}`,
  }
}

export function nameOf({ column, query }: ReleasedNumber): string {
  return `${query}.${column}`
}
