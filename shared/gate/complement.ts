import type { EffectivePolicy } from "../contract/effective-policy.ts"
import type { Group } from "./group.ts"

/**
 * A total known from elsewhere gives a single withheld group back: withheld groups are none, or two or more with k
 * people together. The smallest released ones are withheld with them until that holds, and while there are more than may
 * be released: a refusal there would depend on one person.
 */
export function complement(
  passing: readonly Group[],
  failing: readonly Group[],
  { maxGroups, minIdentities }: Pick<EffectivePolicy, "maxGroups" | "minIdentities">,
) {
  const released = passing.toSorted((a, b) => (a.people < b.people ? -1 : a.people > b.people ? 1 : compareKeys(a, b)))
  const withheld = [...failing]
  let people = withheld.reduce((sum, group) => sum + group.people, 0n)
  const safe = () => withheld.length === 0 || (withheld.length >= 2 && people >= BigInt(minIdentities))
  while (!safe() || released.length > maxGroups) {
    const next = released.shift()
    if (next === undefined) break
    withheld.push(next)
    people += next.people
  }
  return { released, withheld }
}

/** Ties are broken by the groups' names, which everybody who sees the result knows, and not by the engine's order. */
function compareKeys(a: Group, b: Group): number {
  const [left, right] = [JSON.stringify(a.dimensions), JSON.stringify(b.dimensions)]
  return left < right ? -1 : left > right ? 1 : 0
}
