import { sharesOf } from "../query/sql/layout.ts"
import type { GateInput } from "./gate.ts"
import { readGroups } from "./read-groups.ts"
import { type Failing, failingsOf } from "./thresholds.ts"

/**
 * How many groups each rule keeps back; a group may fail several. For rows that nobody stands behind: of real ones it
 * would tell more than the coarse count that leaves.
 */
export function whyWithheld({ contract, output, plan, policy, touched }: GateInput): ReadonlyMap<Failing, number> {
  const counts = new Map<Failing, number>()
  for (const group of readGroups(contract, plan, { shares: sharesOf(policy), touched }, output)) {
    for (const failing of failingsOf(group, policy)) counts.set(failing, (counts.get(failing) ?? 0) + 1)
  }
  return counts
}
