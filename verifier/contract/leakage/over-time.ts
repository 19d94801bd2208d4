import type { Contract } from "../../../shared/contract/contract.ts"
import type { Dataset } from "../../../shared/contract/dataset.ts"
import type { Query } from "../../../shared/contract/query.ts"
import type { Leak } from "./leak.ts"

/** What two runs tell that one does not. */
export function overTime(contract: Contract): readonly Leak[] {
  if (contract.limits.runs < 2) return predecessor(contract)
  return [
    ...versions(contract),
    ...contract.queries.flatMap((query) => parameters(contract, query)),
    optOuts(Math.max(...contract.datasets.map(({ rule }) => rule.threshold.minIdentities))),
    ...predecessor(contract),
  ]
}

/** Most versions of a dataset that its rule and the contract allow; each needs a run. */
export function versionsOf({ limits }: Contract, { rule }: Dataset): number {
  const own = [rule.limits.versions, rule.limits.runs].flatMap((most) => most ?? [])
  return Math.min(limits.versionsPerDataset, limits.runs, ...own)
}

function versions(contract: Contract): readonly Leak[] {
  return contract.datasets.flatMap((dataset) => {
    const most = versionsOf(contract, dataset)
    if (most < 2) return []
    return [
      {
        example:
          `${dataset.owner} changes or leaves out one person's row between two versions: two results of one query ` +
          "differ by what the other owners say of that person",
        kind: "versions" as const,
        what: `${dataset.name}: ${most} versions; any two can be subtracted. With 1, the first grant freezes the data`,
      },
    ]
  })
}

function parameters({ limits }: Contract, { name, parameters: declared }: Query): readonly Leak[] {
  const most = Math.min(limits.parameterSetsPerQuery, limits.runs)
  if (most < 2) return []
  return declared.map((parameter) => ({
    example:
      parameter.type === "text"
        ? `runs with ${parameter.domain.slice(0, 2).join(" and with ")} compare two groups of people that overlap`
        : `runs with $${parameter.name} = ${parameter.range.min} and with the next value subtract to the people at exactly ${parameter.range.min}`,
    kind: "parameters" as const,
    what: `${name}: ${most} sets of parameter values; two values of $${parameter.name} subtract to a slice. With 1, the first grant freezes them`,
  }))
}

/** Always so: whoever opts out is out of the next run. */
function optOuts(people: number): Leak {
  return {
    example: `if ${people} people of one group opt out between two runs, the results subtract to these ${people} together`,
    kind: "opt-outs",
    what: "people who opt out are gone from the next run; a group that loses fewer of them than its threshold is withheld from then on",
  }
}

function predecessor(contract: Contract): readonly Leak[] {
  if (contract.predecessor === null) return []
  return [
    {
      example: "a query that the predecessor asked with another filter subtracts from this contract's, run against run",
      kind: "predecessor",
      what: `results under the predecessor ${contract.predecessor.slice(0, 16)} can be compared with those of this contract; check both together`,
    },
  ]
}
