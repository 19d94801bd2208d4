import type { Contract } from "../../../shared/contract/contract.ts"
import type { AnalysisRule } from "../../../shared/contract/rule.ts"
import { bookedSpends } from "../../ledger/budget.ts"
import type { Ledger } from "../../ledger/entry.ts"
import { epsilonOf, runsLeft, type Spend, spentOn } from "../../privacy/spend.ts"
import { storedContract } from "../contract/amendment/own.ts"
import type { Home } from "../home.ts"

/** What one dataset of this party has paid, over all contracts, and what is left of its budget. */
export interface BudgetStatement {
  readonly dataset: string
  readonly lineage: string
  /** That of the newest contract that this home has signed. */
  readonly budget: NonNullable<AnalysisRule["privacyBudget"]>
  readonly charges: number
  /** At the budget's delta, rounded up. */
  readonly spentEpsilon: string
  /** How many more runs of each query of that contract there are, if nothing else is asked. */
  readonly left: readonly { readonly query: string; readonly rho: string; readonly runs: number }[]
}

export async function budgetStatements(home: Home, ledger: Ledger, party: string): Promise<readonly BudgetStatement[]> {
  const spends = bookedSpends(ledger)
  const byLineage = new Map<string, BudgetStatement>()
  for (const contract of await signedContracts(home, ledger)) {
    for (const { lineage, name, owner, rule } of contract.datasets) {
      if (owner !== party || rule.privacyBudget === null) continue
      byLineage.set(lineage, statementOf(contract, { budget: rule.privacyBudget, dataset: name, lineage }, spends))
    }
  }
  return [...byLineage.values()].sort((a, b) => a.dataset.localeCompare(b.dataset))
}

function statementOf(
  { queries }: Contract,
  data: Pick<BudgetStatement, "budget" | "dataset" | "lineage">,
  spends: readonly Spend[],
): BudgetStatement {
  const { budget, lineage } = data
  const spent = spentOn(spends, lineage)
  const own = spends.filter((spend) => spend.lineage === lineage)
  return {
    ...data,
    charges: new Set(own.map(({ charge }) => charge)).size,
    left: queries.flatMap(({ name, privacy }) =>
      privacy === null ? [] : [{ query: name, rho: privacy.rho, runs: runsLeft(spent, privacy.rho, budget) }],
    ),
    spentEpsilon: epsilonOf(spent, budget),
  }
}

/** Contracts that this home has signed and still has, oldest first: a later one states the budget anew. */
async function signedContracts(home: Home, { entries }: Ledger): Promise<readonly Contract[]> {
  const signed = entries.flatMap(({ event }) => (event.event === "contract-signed" ? [event.contract] : []))
  const contracts: Contract[] = []
  for (const digest of new Set(signed)) {
    const contract = await storedContract(home, digest)
    if (contract !== null) contracts.push(contract)
  }
  return contracts
}
