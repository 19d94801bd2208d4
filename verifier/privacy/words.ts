import type { Contract } from "../../shared/contract/contract.ts"
import type { PrivatePolicy } from "../../shared/contract/private-policy.ts"
import { rational } from "../../shared/privacy/rational.ts"
import { errorCurves, shortNumber } from "./error-curve.ts"
import { meaningOf } from "./meaning.ts"
import { runsLeft } from "./spend.ts"

/** What a private query promises and costs, in plain words, before anybody signs. */
export function privateQuerySays(contract: Contract, policy: PrivatePolicy): readonly string[] {
  const { groups, groupsPerIdentity, guarantees, rho } = policy
  const delta = guarantees[0]?.delta ?? "0.000001"
  return [
    `every number gets random noise that hides whether any one person is in the data; all ${groups} declared groups are released, empty ones too`,
    groups > groupsPerIdentity
      ? `a person counts in at most ${groupsPerIdentity} ${groupsPerIdentity === 1 ? "group" : "groups"}; further ones are left out, chosen by chance`
      : "a person counts in every group it is in",
    ...errorCurves(policy, delta).map(
      ({ chosen, column }) =>
        `${column}: 95 of 100 released values are within ${shortNumber(chosen.error)} of the true one`,
    ),
    ...guarantees.flatMap((guarantee) => [
      `${guarantee.dataset}: one run costs rho ${rho}, that is epsilon ${guarantee.epsilon} at delta ${guarantee.delta}`,
      ...budgetSays(contract, guarantee.dataset, rho),
    ]),
  ]
}

/** What all runs together may come to: this is what a person in the data has to live with. */
function budgetSays({ datasets }: Contract, name: string, rho: string): readonly string[] {
  const budget = datasets.find((dataset) => dataset.name === name)?.rule.privacyBudget ?? null
  if (budget === null) return []
  const runs = runsLeft(rational(0n, 1n), rho, budget)
  return [
    `${name}: the budget of epsilon ${budget.epsilon} holds ${runs} such ${runs === 1 ? "run" : "runs"}, if nothing else was spent on this data`,
    ...meaningOf(budget).map((meaning) => `${name}, with the whole budget spent: ${meaning}`),
  ]
}
