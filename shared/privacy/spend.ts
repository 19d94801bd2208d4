import type { Contract } from "../contract/contract.ts"
import type { Spend } from "../protocol/receipt.ts"

/** What one run of a query costs: the rho of the whole query, for every dataset that it reads. Null under thresholds. */
export function spendOf({ datasets, queries }: Contract, query: string, read: readonly string[]): Spend[] | null {
  const privacy = queries.find(({ name }) => name === query)?.privacy ?? null
  if (privacy === null) return null
  return datasets
    .filter(({ name }) => read.includes(name))
    .map(({ lineage, name }) => ({ dataset: name, lineage, rho: privacy.rho }))
}
