import type { Contract } from "../contract/contract.ts"
import type { Query, QueryPrivacy } from "../contract/query.ts"
import type { Block, Plan } from "../query/plan.ts"
import { aggregatesOf } from "./clamp.ts"
import { inadmissible } from "./inadmissible.ts"
import { rationalOf } from "./rational.ts"

/** Refuses a plan with a step that is not shown to work on one identity's rows alone, and terms that say too little. */
export function requireAdmissible(
  contract: Contract,
  plan: Plan,
): { readonly privacy: QueryPrivacy; readonly query: Query } {
  const query = contract.queries.find(({ name }) => name === plan.query)
  if (query === undefined) throw new RangeError("no such query")
  const { privacy } = query
  if (privacy === null) throw inadmissible(query, "declares no rho")
  const rho = rationalOf(privacy.rho)
  if (rho.numerator <= 0n) throw inadmissible(query, "rho is not above zero")
  for (const block of [plan.from, ...plan.ctes.map(({ from }) => from)]) requireIdentityJoins(query, block)
  if (plan.aggregates.length === 0) throw inadmissible(query, "releases no number")
  requireClamps(query, privacy, plan)
  requireBudgets(contract, query, plan)
  return { privacy, query }
}

function requireIdentityJoins(query: Query, { relations }: Block): void {
  for (const { alias, join, on } of relations) {
    if (join === "left") throw inadmissible(query, `${alias}: LEFT JOIN; only inner joins on the identity are proven`)
    if (on !== null) throw inadmissible(query, `${alias}: joins are on the identity only; write conditions in WHERE`)
  }
}

/** One clamp for each column that has sums behind it, and no other: one that is not applied would promise something. */
function requireClamps(query: Query, { clamps }: QueryPrivacy, plan: Plan): void {
  const columns = clamps.map(({ column }) => column)
  if (new Set(columns).size !== columns.length) throw inadmissible(query, "two clamps of one column")
  const summed = plan.outputs.filter((output) =>
    aggregatesOf(output).some((index) => plan.aggregates[index]?.kind !== "count"),
  )
  for (const column of columns) {
    if (!summed.some(({ name }) => name === column))
      throw inadmissible(query, `${column}: a clamp of no sum or average`)
  }
  for (const output of summed) {
    const sums = aggregatesOf(output).filter((index) => plan.aggregates[index]?.kind !== "count")
    if (sums.length > 1) throw inadmissible(query, `${output.name}: a ratio of two sums has one clamp for both`)
  }
}

/** Several protected owners in one join: each pays from a budget of its own, so each declares one. */
function requireBudgets({ datasets }: Contract, query: Query, plan: Plan): void {
  for (const { name, rule } of datasets) {
    if (!plan.datasets.includes(name)) continue
    const { privacyBudget } = rule
    if (privacyBudget === null) throw inadmissible(query, `${name}: its owner declares no privacy budget`)
    const [delta, epsilon] = [rationalOf(privacyBudget.delta), rationalOf(privacyBudget.epsilon)]
    if (delta.numerator <= 0n || delta.numerator >= delta.denominator || epsilon.numerator <= 0n) {
      throw inadmissible(query, `${name}: a budget has an epsilon above zero and a delta between zero and one`)
    }
  }
}
