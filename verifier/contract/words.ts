import type { Contract } from "../../shared/contract/contract.ts"
import type { EffectivePolicy, StatedPolicy } from "../../shared/contract/effective-policy.ts"
import type { PrivatePolicy } from "../../shared/contract/private-policy.ts"
import type { Query } from "../../shared/contract/query.ts"
import { statedPolicy } from "../../shared/privacy/stated-policy.ts"
import type { Plan } from "../../shared/query/plan.ts"
import { columnsRead } from "../../shared/query/reads.ts"
import { queryDigest } from "../../shared/query/template.ts"
import { type ErrorCurve, errorCurves } from "../privacy/error-curve.ts"
import { privateQuerySays } from "../privacy/words.ts"
import type { Leak } from "./leakage/leak.ts"
import { leakageReport } from "./leakage/report.ts"
import { partySays } from "./party-words.ts"
import { risksOf } from "./risks.ts"
import { dominanceInWords, type RuleRow, ruleTable } from "./rule-table.ts"

/** A contract in words: what leaves, to whom, under which rule, what could be solved for, and what remains risky. */
export interface ContractInWords {
  readonly queries: readonly QueryInWords[]
  readonly leakage: readonly Leak[]
  /** By party: one sentence each. */
  readonly parties: readonly { readonly party: string; readonly says: readonly string[] }[]
  /** Columns that no query reads: leave them out when sealing, or take them out of the contract. */
  readonly unused: readonly string[]
  readonly risks: readonly string[]
}

export interface QueryInWords {
  readonly query: string
  /** What rules of kind `template` list. */
  readonly digest: string
  readonly policy: StatedPolicy
  /** Expected error against epsilon of every noisy number; none under thresholds. */
  readonly curves: readonly ErrorCurve[]
  readonly rule: readonly RuleRow[]
  readonly says: readonly string[]
}

export function contractInWords(contract: Contract, plans: readonly Plan[]): ContractInWords {
  const judged = contract.queries.map((query) => {
    const plan = planOf(plans, query)
    return { plan, policy: statedPolicy(contract, plan), query }
  })
  return {
    leakage: leakageReport(
      contract,
      judged.flatMap(({ plan, policy }) => (policy.mode === "threshold" ? [{ plan, policy }] : [])),
    ),
    parties: contract.parties.map(({ card }) => ({ party: card.name, says: partySays(contract, plans, card.name) })),
    queries: judged.map(({ plan, policy, query }) => ({
      digest: queryDigest(query),
      policy,
      query: query.name,
      ...(policy.mode === "threshold"
        ? { curves: [], rule: ruleTable(query, plan, policy), says: querySays(query, plan, policy) }
        : privateQuery(contract, query, plan, policy)),
    })),
    risks: risksOf(contract),
    unused: unusedColumns(contract, plans),
  }
}

function privateQuery(contract: Contract, query: Query, plan: Plan, policy: PrivatePolicy) {
  const delta = policy.guarantees[0]?.delta ?? "0.000001"
  const says = [...querySubject(query, plan), ...privateQuerySays(contract, policy)]
  return { curves: errorCurves(policy, delta), rule: [], says }
}

/** What a query is, for what, to whom. */
function querySubject({ meaning, name, purpose, recipients }: Query, plan: Plan): readonly string[] {
  return [`${name}: ${meaning}`, `for ${purpose}, to ${recipients.join(" and ")}, reads ${plan.datasets.join(", ")}`]
}

function querySays(query: Query, plan: Plan, policy: EffectivePolicy): readonly string[] {
  const { aggregates, countStep, dominance, maxGroups, minIdentities } = policy
  const more = aggregates.filter((aggregate) => aggregate.minIdentities > minIdentities)
  const rounded = aggregates.filter((_, index) => plan.aggregates[index]?.kind !== "count")
  const counts = `counts are multiples of ${countStep}`
  const sums = rounded.map(({ column, step }) => `${column} to multiples of ${step}`)
  return [
    ...querySubject(query, plan),
    `releases a group only when at least ${minIdentities} identities are behind every number in it`,
    ...more.map(({ column, minIdentities: people }) => `${column} needs ${people} identities`),
    "people of a group whom a number leaves out are nobody, or as many as it needs",
    sums.length === 0 ? counts : `${counts}; rounded: ${sums.join(", ")}`,
    ...(sums.length === 0 ? [] : dominance.map((rule) => `in sums and averages, ${dominanceInWords(rule)}`)),
    `at most ${maxGroups} groups`,
  ]
}

function unusedColumns({ datasets }: Contract, plans: readonly Plan[]): readonly string[] {
  return datasets.flatMap(({ columns, name }) => {
    const read = new Set(plans.flatMap((plan) => columnsRead(plan, name)))
    return columns
      .filter((column) => column.type !== "identity" && !read.has(column.name))
      .map((column) => `${name}.${column.name}`)
  })
}

function planOf(plans: readonly Plan[], query: Query): Plan {
  const plan = plans.find((candidate) => candidate.query === query.name)
  if (plan === undefined) throw new RangeError(`no plan for ${query.name}`)
  return plan
}
