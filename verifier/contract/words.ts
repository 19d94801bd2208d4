import type { Contract } from "../../shared/contract/contract.ts"
import type { EffectivePolicy } from "../../shared/contract/effective-policy.ts"
import type { Query } from "../../shared/contract/query.ts"
import type { JudgedQuery } from "../../shared/query/judged.ts"
import { columnsRead } from "../../shared/query/judged.ts"
import { effectivePolicy } from "../../shared/query/policy.ts"
import { contractAnchor } from "../attestation/anchor.ts"

/** A contract in words: what leaves, to whom, under which rule, and what remains risky. */
export interface ContractInWords {
  readonly queries: readonly QueryInWords[]
  /** By party: one sentence each. */
  readonly parties: readonly { readonly party: string; readonly says: readonly string[] }[]
  /** Columns that no query reads: leave them out when sealing, or take them out of the contract. */
  readonly unused: readonly string[]
  readonly risks: readonly string[]
}

export interface QueryInWords {
  readonly query: string
  readonly policy: EffectivePolicy
  readonly says: readonly string[]
}

export function contractInWords(contract: Contract, plans: readonly JudgedQuery[]): ContractInWords {
  const queries = contract.queries.map((query) => queryInWords(contract, query, planOf(plans, query)))
  return {
    parties: contract.parties.map(({ card }) => ({ party: card.name, says: partySays(contract, plans, card.name) })),
    queries,
    risks: risksOf(contract),
    unused: unusedColumns(contract, plans),
  }
}

function queryInWords(contract: Contract, query: Query, plan: JudgedQuery): QueryInWords {
  const policy = effectivePolicy(contract, plan)
  const rounding = policy.sumSteps.map(({ column, step }) => `${column} to multiples of ${step}`)
  const says = [
    `${query.name}: ${query.meaning}`,
    `for ${query.purpose}, to ${query.recipients.join(" and ")}, reads ${plan.datasets.join(", ")}`,
    `releases a group only when at least ${policy.minIdentities} identities are behind every number in it`,
    `counts are multiples of ${policy.countStep}${rounding.length === 0 ? "" : `; rounded: ${rounding.join(", ")}`}`,
    `at most ${policy.maxGroups} groups`,
  ]
  return { policy, query: query.name, says }
}

function partySays(contract: Contract, plans: readonly JudgedQuery[], party: string): readonly string[] {
  const owned = contract.datasets.filter(({ owner }) => owner === party)
  const received = contract.queries.filter(({ recipients }) => recipients.includes(party)).map(({ name }) => name)
  const says = owned.map(({ columns, maxRowsPerIdentity, name, rule }) => {
    const reading = plans.filter(({ datasets }) => datasets.includes(name)).map(({ query }) => query)
    const to = [
      ...new Set(contract.queries.filter(({ name: q }) => reading.includes(q)).flatMap(({ recipients }) => recipients)),
    ]
    return (
      `its ${name} (${columns.length} columns, up to ${maxRowsPerIdentity} rows per identity) goes encrypted to the enclave; ` +
      `results of ${reading.join(", ") || "no query"} reach ${to.join(" and ") || "nobody"}, ` +
      `at least ${rule.threshold.minIdentities} identities per number`
    )
  })
  if (owned.length === 0) says.push("gives no data")
  says.push(received.length === 0 ? "receives no result" : `receives the results of ${received.join(", ")}`)
  return [...says, ...approvalSays(contract, party)]
}

/** How many people of a party must agree; nothing where its one key does. */
function approvalSays({ parties }: Contract, name: string): readonly string[] {
  const { approvals } = parties.find(({ card }) => card.name === name) ?? {}
  if (approvals === undefined) return []
  const { contract, grant } = approvals
  if (contract.keys.length === 1 && grant.keys.length === 1) return []
  const signs = `${contract.required} of its ${contract.keys.length} keys sign this contract`
  return [`${signs}, ${grant.required} of ${grant.keys.length} sign a grant`]
}

function risksOf(contract: Contract): readonly string[] {
  const { datasets, limits, queries, release } = contract
  const versions = limits.versionsPerDataset
  const subtraction = `${limits.runs} runs over up to ${versions} versions of each dataset: whoever changes one person between two versions can subtract two results`
  return [
    ...(limits.runs > 1 && versions > 1 ? [subtraction] : []),
    ...(release.mode === "threshold"
      ? ["no differential privacy: thresholds and rounding bound what one result tells, not what many do"]
      : []),
    "an owner that invents identities can fill a group up to the threshold",
    "owners who share the token secret can test guesses of each other's identities against tokens they hold",
    "the host sees sizes, times, party names and this contract",
    ...datasets
      .filter(({ rule }) => rule.threshold.override !== null)
      .map(
        ({ name, rule }) =>
          `${name}: threshold of ${rule.threshold.minIdentities} by override of ${rule.threshold.override?.approvedBy}`,
      ),
    ...(queries.some(({ output }) => output.some(({ kind }) => kind === "sum" || kind === "avg"))
      ? ["no dominance rule in this version: one person's value may be most of a sum, within its declared range"]
      : []),
    // By the root itself: the contract's own flag is its proposer's word.
    ...(contractAnchor(contract).simulated
      ? ["SIMULATED trust anchor: nothing isolates the data from the operator"]
      : []),
  ]
}

function unusedColumns({ datasets }: Contract, plans: readonly JudgedQuery[]): readonly string[] {
  return datasets.flatMap(({ columns, name }) => {
    const read = new Set(plans.flatMap((plan) => columnsRead(plan, name)))
    return columns
      .filter((column) => column.type !== "identity" && !read.has(column.name))
      .map((column) => `${name}.${column.name}`)
  })
}

function planOf(plans: readonly JudgedQuery[], query: Query): JudgedQuery {
  const plan = plans.find((candidate) => candidate.query === query.name)
  if (plan === undefined) throw new RangeError(`no plan for ${query.name}`)
  return plan
}
