import type { Contract } from "../../shared/contract/contract.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { epsilonOf, overdrawn, type Spend, spentOn } from "../privacy/spend.ts"
import type { Ledger } from "./entry.ts"

/** Everything that this ledger has paid, over all contracts. */
export function bookedSpends({ entries }: Ledger): readonly Spend[] {
  return entries.flatMap(({ event }) => ("spend" in event ? event.spend : []))
}

/**
 * Throws when a grant would cost more than the owner's budget holds. What the data has paid follows its lineage: neither
 * an amendment nor a second contract gives it back.
 */
export function requireWithinBudget(ledger: Ledger, { datasets }: Contract, spends: readonly Spend[]): void {
  const booked = bookedSpends(ledger)
  const ruleOf = (lineage: string) => datasets.find((dataset) => dataset.lineage === lineage)
  const [lineage] = overdrawn(booked, spends, (of) => ruleOf(of)?.rule.privacyBudget ?? null)
  if (lineage === undefined) return
  const dataset = ruleOf(lineage)
  const budget = dataset?.rule.privacyBudget ?? null
  const name = dataset?.name ?? lineage
  if (budget === null) throw new ParleyError("privacy-budget-spent", `${name} has no privacy budget`)
  const after = epsilonOf(spentOn([...booked, ...spends], lineage), budget)
  throw new ParleyError(
    "privacy-budget-spent",
    `${name}: this run would bring epsilon to ${after} at delta ${budget.delta}, of ${budget.epsilon}`,
  )
}

/** What this home has paid for the same proposal at the same boot: an approval of its own grant is not another run. */
export function spentBefore({ entries }: Ledger, proposal: string, encryptionKey: string): readonly Spend[] | null {
  for (const { event } of entries) {
    if (event.event === "granted" && event.proposal === proposal && event.encryptionKey === encryptionKey) {
      return event.spend
    }
  }
  return null
}
