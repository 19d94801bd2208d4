import type { EffectivePolicy } from "../contract/effective-policy.ts"
import type { Dominance } from "../contract/rule.ts"
import type { Group, GroupAggregate } from "./group.ts"

/**
 * What keeps a group back: too few people in it, of every owner, or behind one of its numbers; too few whom a number
 * leaves out; too few in whom two numbers differ; a total that too few make up; too few who were taken out since an
 * earlier run.
 */
export type Failing = "people" | "left out" | "difference" | "dominance" | "opt-outs"

/**
 * Thresholds per aggregate, not per group, of the identities of every owner: at least k contribute, and those in the
 * group that do not are none or at least k. Otherwise 0/1 weights of an owner's own would single out one person. At least
 * k contribute to the same aggregates and to no other: differences of two numbers are then of so many people as well.
 */
export function failingsOf(group: Group, policy: EffectivePolicy): ReadonlySet<Failing> {
  const least = BigInt(policy.minIdentities)
  const failings = new Set<Failing>()
  const there = [group.people, ...group.present.values()]
  if (there.some((people) => people < least)) failings.add("people")
  const strictest = policy.aggregates.reduce((most, own) => Math.max(most, own.minIdentities), policy.minIdentities)
  if (group.alike < BigInt(strictest)) failings.add("difference")
  if (!unknowable(group.touched, least)) failings.add("opt-outs")
  for (const [index, aggregate] of group.aggregates.entries()) {
    const own = policy.aggregates[index]
    if (own === undefined) throw new RangeError("no rule for an aggregate")
    for (const failing of aggregateFailings(group, aggregate, BigInt(own.minIdentities), policy.dominance)) {
      failings.add(failing)
    }
  }
  return failings
}

export function passes(group: Group, policy: EffectivePolicy): boolean {
  return failingsOf(group, policy).size === 0
}

function aggregateFailings(
  { people, present }: Group,
  aggregate: GroupAggregate,
  least: bigint,
  dominance: readonly Dominance[],
): readonly Failing[] {
  const ofOwners = [...present].map(
    ([owner, there]) => [there, aggregate.contributingPresent.get(owner) ?? 0n] as const,
  )
  const counts = [[people, aggregate.contributing] as const, ...ofOwners]
  return [
    ...(counts.every(([, contributing]) => contributing >= least) ? [] : ["people" as const]),
    ...(counts.every(([all, contributing]) => noneOr(all - contributing, least)) ? [] : ["left out" as const]),
    ...(unknowable(aggregate.touched, least) ? [] : ["opt-outs" as const]),
    ...(dominance.every((rule) => spread(aggregate, rule)) ? [] : ["dominance" as const]),
  ]
}

function noneOr(count: bigint, least: bigint): boolean {
  return count === 0n || count >= least
}

/** Whether the difference to an earlier result is of nobody or of enough people. */
function unknowable(touched: bigint | null, least: bigint): boolean {
  return touched === null || touched >= least
}

/** Whether a total is not made by so few that it gives their contributions away. A count has no shares. */
function spread({ absolute, shares }: GroupAggregate, rule: Dominance): boolean {
  if (rule.kind === "n-k") return 100n * sum(shares.slice(0, rule.n)) <= BigInt(rule.k) * absolute
  const [largest = 0n] = shares
  return 100n * (absolute - sum(shares.slice(0, 2))) >= BigInt(rule.p) * largest
}

function sum(numbers: readonly bigint[]): bigint {
  return numbers.reduce((total, number) => total + number, 0n)
}
