import type { EffectivePolicy } from "../contract/effective-policy.ts"
import type { Dominance } from "../contract/rule.ts"
import type { Group, GroupAggregate } from "./group.ts"

/**
 * Thresholds per aggregate, not per group, of the identities of every owner: at least k contribute, and those in the
 * group that do not are none or at least k. Otherwise 0/1 weights of an owner's own would single out one person. At least
 * k are in the same counts and in no other: sums and differences of counts are then of so many people as well.
 */
export function passes(group: Group, policy: EffectivePolicy): boolean {
  const least = BigInt(policy.minIdentities)
  return (
    group.people >= least &&
    group.alike >= least &&
    [...group.present.values()].every((present) => present >= least) &&
    unknowable(group.touched, least) &&
    group.aggregates.every((aggregate, index) => {
      const own = policy.aggregates[index]
      return own !== undefined && aggregatePasses(group, aggregate, BigInt(own.minIdentities), policy.dominance)
    })
  )
}

function aggregatePasses(
  { people, present }: Group,
  aggregate: GroupAggregate,
  least: bigint,
  dominance: readonly Dominance[],
): boolean {
  const ofOwners = [...present].map(
    ([owner, there]) => [there, aggregate.contributingPresent.get(owner) ?? 0n] as const,
  )
  const enough = [[people, aggregate.contributing] as const, ...ofOwners].every(
    ([all, contributing]) => contributing >= least && noneOr(all - contributing, least),
  )
  return enough && unknowable(aggregate.touched, least) && dominance.every((rule) => spread(aggregate, rule))
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
