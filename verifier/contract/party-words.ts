import type { Contract } from "../../shared/contract/contract.ts"
import type { Dataset } from "../../shared/contract/dataset.ts"
import type { Plan } from "../../shared/query/plan.ts"

/** What one party gives, gets and signs, a sentence each. */
export function partySays(contract: Contract, plans: readonly Plan[], party: string): readonly string[] {
  const owned = contract.datasets.filter(({ owner }) => owner === party)
  const received = contract.queries.filter(({ recipients }) => recipients.includes(party)).map(({ name }) => name)
  const says = owned.flatMap((dataset) => [givesSays(contract, plans, dataset), ...limitsSays(contract, dataset)])
  if (owned.length === 0) says.push("gives no data")
  says.push(received.length === 0 ? "receives no result" : `receives the results of ${received.join(", ")}`)
  return [...says, ...approvalSays(contract, party)]
}

function givesSays(contract: Contract, plans: readonly Plan[], dataset: Dataset): string {
  const { columns, maxRowsPerIdentity, name, rule } = dataset
  const reading = plans.filter(({ datasets }) => datasets.includes(name)).map(({ query }) => query)
  const queries = contract.queries.filter((query) => reading.includes(query.name))
  const to = [...new Set(queries.flatMap(({ recipients }) => recipients))]
  return (
    `its ${name} (${columns.length} columns, up to ${maxRowsPerIdentity} rows per identity) goes encrypted to the enclave; ` +
    `results of ${reading.join(", ") || "no query"} reach ${to.join(" and ") || "nobody"}, ` +
    (contract.release.mode === "threshold"
      ? `at least ${rule.threshold.minIdentities} identities per number`
      : "with noise on every number")
  )
}

/** An owner's own limits bind over all contracts, so they are told apart from the contract's. */
function limitsSays(
  { limits: agreed }: Contract,
  { name, rule: { kind, limits, templates } }: Dataset,
): readonly string[] {
  const own = [
    ...(limits.runs === null ? [] : [`${limits.runs} runs`]),
    ...(limits.versions === null ? [] : [`${limits.versions} versions`]),
  ]
  const shared = `${agreed.runs} runs under this contract and its amendments, ${agreed.versionsPerDataset} versions of ${name}`
  return [
    `at most ${shared}, ${agreed.parameterSetsPerQuery} sets of parameter values per query`,
    ...(own.length === 0 ? [] : [`its own rule: at most ${own.join(" and ")} of ${name} over all contracts`]),
    ...(kind === "template" ? [`${name} answers ${templates.length} agreed queries and no others`] : []),
  ]
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
