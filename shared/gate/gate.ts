import type { Contract } from "../contract/contract.ts"
import type { EffectivePolicy } from "../contract/effective-policy.ts"
import type { Result } from "../protocol/result.ts"
import type { Plan } from "../query/plan.ts"
import { sharesOf } from "../query/sql/layout.ts"
import { complement } from "./complement.ts"
import type { EngineOutput } from "./group.ts"
import { compareGroups } from "./order.ts"
import { readGroups } from "./read-groups.ts"
import { releaseRow, resultColumns } from "./release-row.ts"
import { passes } from "./thresholds.ts"

declare const gated: unique symbol

/** A table that may leave. Only `gate` makes one. */
export interface Gated {
  readonly [gated]: true
  readonly columns: Result["columns"]
  readonly rows: Result["rows"]
  /** Groups that were not released. */
  readonly withheld: number
}

export interface GateInput {
  readonly contract: Contract
  readonly plan: Plan
  readonly policy: EffectivePolicy
  /** Whether an owner has newly taken somebody out: the engine was then asked for more cells. */
  readonly touched: boolean
  readonly output: EngineOutput
}

/**
 * The one way out, outside the engine. Reads the engine's rows as hostile input, releases a group only when every one
 * of its aggregates passes the thresholds, rounds, and puts the rows in an order that tells nothing.
 */
export function gate({ contract, output, plan, policy, touched }: GateInput): Gated {
  const hidden = { shares: sharesOf(policy), touched }
  const groups = readGroups(contract, plan, hidden, output)
  const { released, withheld } = complement(
    groups.filter((group) => passes(group, policy)),
    groups.filter((group) => !passes(group, policy)),
    policy,
  )
  const rows = released.toSorted(compareGroups(plan)).map((group) => releaseRow(plan, policy, group))
  return { columns: resultColumns(contract, plan), rows, withheld: withheld.length } as unknown as Gated
}
