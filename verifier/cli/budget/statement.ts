import type { Contract } from "../../../shared/contract/contract.ts"
import type { AnalysisRule } from "../../../shared/contract/rule.ts"
import { divideUp, ONE, textUp } from "../../../shared/privacy/upward.ts"
import { bookedSpends } from "../../ledger/budget.ts"
import type { Ledger } from "../../ledger/entry.ts"
import { epsilonOf, runsLeft, type Spend, spentOn } from "../../privacy/spend.ts"
import { storedContract } from "../contract/amendment/own.ts"
import type { Home } from "../home.ts"

const RHO_DIGITS = 20

/** What one dataset of this party has paid, over all contracts, and what is left of its budget. */
export interface BudgetStatement {
  /** Null for data that no contract signed here names, in a home that only grants: its budget is not known here. */
  readonly dataset: string | null
  readonly lineage: string
  /** That of the newest contract that this home has signed. */
  readonly budget: AnalysisRule["privacyBudget"]
  readonly charges: number
  /** At the budget's delta, rounded up. */
  readonly spentEpsilon: string | null
  readonly spentRho: string
  /** How many more runs of each query of that contract there are, if nothing else is asked. */
  readonly left: readonly { readonly query: string; readonly rho: string; readonly runs: number }[]
}

export async function budgetStatements(home: Home, ledger: Ledger, party: string): Promise<readonly BudgetStatement[]> {
  const spends = bookedSpends(ledger)
  const unknown = { budget: null, dataset: null }
  const byLineage = new Map(
    spends.map(({ lineage }) => [lineage, statementOf([], { ...unknown, lineage }, spends)] as const),
  )
  for (const contract of await signedContracts(home, ledger)) {
    for (const { lineage, name, owner, rule } of contract.datasets) {
      if (owner !== party || rule.privacyBudget === null) continue
      byLineage.set(
        lineage,
        statementOf(contract.queries, { budget: rule.privacyBudget, dataset: name, lineage }, spends),
      )
    }
  }
  return [...byLineage.values()].sort((a, b) => (a.dataset ?? "").localeCompare(b.dataset ?? ""))
}

function statementOf(
  queries: Contract["queries"],
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
      privacy === null || budget === null
        ? []
        : [{ query: name, rho: privacy.rho, runs: runsLeft(spent, privacy.rho, budget) }],
    ),
    spentEpsilon: budget === null ? null : epsilonOf(spent, budget),
    spentRho: textUp(divideUp(spent.numerator * ONE, spent.denominator), RHO_DIGITS),
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
