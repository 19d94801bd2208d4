import type { Contract } from "../../shared/contract/contract.ts"
import type { Dataset } from "../../shared/contract/dataset.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import type { LedgerEvent } from "./entry.ts"

/** A grant, or the approval of one. */
export type Consented = Extract<LedgerEvent, { event: "granted" | "grant-approved" }>
/** What a party is about to grant, or to approve. */
export type Intention = Omit<Extract<LedgerEvent, { event: "granted" }>, "event">

/** All that was granted with what is about to be, and which contracts count as this one. */
interface Spent {
  readonly consented: readonly Consented[]
  readonly intention: Intention
  readonly line: ReadonlySet<string>
}

/** Throws when the contract, or the rule of a dataset that is read, allows no more of this. */
export function requireWithinLimits(contract: Contract, spent: Spent): void {
  requireRuns(contract, spent)
  requireParameterSets(contract, spent)
  for (const { dataset, lineage } of spent.intention.manifests) {
    const rule = contract.datasets.find(({ name }) => name === dataset)?.rule
    requireRunsOfData(rule, dataset, runsOf(spent, lineage))
    requireVersions(contract, rule, dataset, versionsOf(spent, lineage))
  }
}

/** Runs are counted over the whole line: otherwise an amendment that changes a comma buys all the runs again. */
function requireRuns({ limits }: Contract, { consented, intention, line }: Spent): void {
  const counted = consented.filter(({ contract }) => line.has(contract))
  const proposals = new Set([...counted, intention].map(({ proposal }) => proposal))
  if (proposals.size > limits.runs) throw spentAll(`${limits.runs} runs`)
}

/** An owner's own limit is over all contracts: a second one with other partners does not buy new runs. */
function requireRunsOfData(rule: Dataset["rule"] | undefined, dataset: string, runs: number): void {
  const most = rule?.limits.runs ?? null
  if (most !== null && runs > most) throw spentAll(`${dataset}: ${most} runs`)
}

/**
 * Versions are counted by the data's lineage, across contracts and amendments, so that neither resets the count. They
 * are counted for every dataset of the proposal: an owner that brings its data in ever new versions, to see what
 * changes, is stopped by the others, since its own ledger binds only itself.
 */
function requireVersions(
  { limits }: Contract,
  rule: Dataset["rule"] | undefined,
  dataset: string,
  versions: number,
): void {
  const most = Math.min(limits.versionsPerDataset, rule?.limits.versions ?? Number.POSITIVE_INFINITY)
  if (versions > most) throw spentAll(`${dataset}: ${most} versions`)
}

/**
 * Two values of a parameter subtract to the people in between. The same question under another name, in an amendment or
 * in another contract over the same data counts as the same.
 */
function requireParameterSets({ limits }: Contract, { consented, intention, line }: Spent): void {
  const lineages = new Set(intention.manifests.map(({ lineage }) => lineage))
  const same = consented.filter(({ contract, manifests, query, statement }) => {
    const named = line.has(contract) && query === intention.query
    const asked = statement === intention.statement && manifests.some(({ lineage }) => lineages.has(lineage))
    return named || asked
  })
  const sets = new Set([...same, intention].map(({ parameters }) => parameters))
  if (sets.size > limits.parameterSetsPerQuery) {
    throw spentAll(`${intention.query}: ${limits.parameterSetsPerQuery} sets of parameter values`)
  }
}

function runsOf({ consented, intention }: Spent, lineage: string): number {
  const reading = [...consented, intention].filter(({ manifests }) => manifests.some((m) => m.lineage === lineage))
  return new Set(reading.map(({ proposal }) => proposal)).size
}

function versionsOf({ consented, intention }: Spent, lineage: string): number {
  const used = [...consented, intention].flatMap(({ manifests }) => manifests.filter((m) => m.lineage === lineage))
  return new Set(used.map(({ manifest }) => manifest)).size
}

function spentAll(what: string): ParleyError {
  return new ParleyError("limit-reached", `${what} are used up`)
}
