import type { Contract } from "../../shared/contract/contract.ts"
import type { EffectivePolicy } from "../../shared/contract/effective-policy.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import type { Result } from "../../shared/protocol/result.ts"
import type { JudgedQuery } from "../../shared/query/judged.ts"
import type { EngineOutput } from "../engine/engine.ts"
import { type Group, readGroups } from "./groups.ts"
import { compareGroups } from "./order.ts"
import { releaseRow, resultColumns } from "./release-row.ts"

declare const gated: unique symbol

/** A table that may leave. Only `gate` makes one. */
export interface Gated {
  readonly [gated]: true
  readonly columns: Result["columns"]
  readonly rows: Result["rows"]
  /** Groups that were not released. */
  readonly withheld: number
}

/**
 * The one way out, outside the engine. Reads the engine's rows as hostile input, releases a group only when every one
 * of its aggregates passes the thresholds, rounds, and puts the rows in an order that tells nothing.
 */
export function gate(input: {
  readonly contract: Contract
  readonly plan: JudgedQuery
  readonly policy: EffectivePolicy
  readonly output: EngineOutput
}): Gated {
  const { contract, output, plan, policy } = input
  const groups = readGroups(contract, plan, output)
  const { released, withheld } = decide(groups, policy)
  const rows = released.toSorted(compareGroups(plan)).map((group) => releaseRow(contract, plan, policy, group))
  if (rows.length > policy.maxGroups) throw new ParleyError("gate-refused", "more groups than the query may release")
  return { columns: resultColumns(plan), rows, withheld } as unknown as Gated
}

function decide(groups: readonly Group[], { minIdentities }: EffectivePolicy) {
  const passing = groups.filter((group) => passes(group, minIdentities))
  const failing = groups.filter((group) => !passes(group, minIdentities))
  return complement(passing, failing, minIdentities)
}

/**
 * Thresholds per aggregate, not per group: contributing identities at least k, and those in the group that do not
 * contribute none or at least k. Otherwise 0/1 weights of an owner's own would single out one person.
 */
function passes({ measures, people }: Group, k: number): boolean {
  const enough = (count: bigint) => count >= BigInt(k)
  return (
    enough(people) &&
    measures.every(({ contributing }) => {
      const leftOut = people - contributing
      return enough(contributing) && (leftOut === 0n || enough(leftOut))
    })
  )
}

/**
 * A total known from elsewhere gives a single withheld group back: withheld groups are none, or two or more with k
 * people together. The smallest released ones are withheld with them until that holds.
 */
function complement(passing: readonly Group[], failing: readonly Group[], k: number) {
  const released = passing.toSorted((a, b) => Number(a.people - b.people) || compareKeys(a, b))
  const withheld = [...failing]
  const safe = () => withheld.length === 0 || (withheld.length >= 2 && sumOfPeople(withheld) >= BigInt(k))
  while (!safe()) {
    const next = released.shift()
    if (next === undefined) break
    withheld.push(next)
  }
  return { released, withheld: withheld.length }
}

function sumOfPeople(groups: readonly Group[]): bigint {
  return groups.reduce((sum, { people }) => sum + people, 0n)
}

/** Ties are broken by the groups' names, which everybody who sees the result knows, and not by the engine's order. */
function compareKeys(a: Group, b: Group): number {
  const [left, right] = [JSON.stringify(a.dimensions), JSON.stringify(b.dimensions)]
  return left < right ? -1 : left > right ? 1 : 0
}
