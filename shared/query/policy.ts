import type { Contract } from "../contract/contract.ts"
import type { Dataset } from "../contract/dataset.ts"
import { withoutImplied } from "../contract/dominance.ts"
import { EffectivePolicy } from "../contract/effective-policy.ts"
import { ParleyError } from "../errors/index.ts"
import { type Columns, columnsBehind, columnsBehindAll, qualified } from "./behind.ts"
import type { Plan } from "./plan.ts"
import { countStepOf, sumStep } from "./sum-step.ts"

/** The strictest combination of the rules of all owners whose data a query reads (SPEC.md, "Effective rule"). */
export function effectivePolicy(contract: Contract, plan: Plan): EffectivePolicy {
  const datasets = plan.datasets.map((name) => datasetOf(contract, name))
  const query = contract.queries.find(({ name }) => name === plan.query)
  if (query === undefined) throw new ParleyError("contract-invalid", `no query ${plan.query}`)
  const countStep = Number(countStepOf(datasets))
  const behindAll = columnsBehindAll(plan)
  const names = aggregateNames(plan)
  const policy = {
    aggregates: plan.aggregates.map((aggregate, index) => ({
      column: names[index],
      minIdentities: peopleNeeded(datasets, new Set([...behindAll, ...columnsBehind(plan, index)])),
      step: aggregate.kind === "count" ? String(countStep) : sumStep(plan, index, datasets),
    })),
    countStep,
    dominance: dominanceOf(plan, datasets),
    maxGroups: query.maxGroups,
    minIdentities: peopleNeeded(datasets, behindAll),
    mode: "threshold",
    owners: [...new Set(datasets.map(({ owner }) => owner))],
  }
  // Rules may be fine each on its own and have no common step that a receipt can state.
  const parsed = EffectivePolicy.safeParse(policy)
  if (parsed.success) return parsed.data
  throw new ParleyError("contract-invalid", `query ${plan.query}: the owners' roundings have no common step in bounds`)
}

/** The most that any owner asks for: of its dataset as a whole, and of each column that is read. */
function peopleNeeded(datasets: readonly Dataset[], read: Columns): number {
  const asked = datasets.flatMap((dataset) => {
    const { columns, minIdentities } = dataset.rule.threshold
    const named = columns.filter(({ column }) => read.has(qualified(dataset, column)))
    return [minIdentities, ...named.map((column) => column.minIdentities)]
  })
  return Math.max(...asked)
}

/** A sum without any dominance rule could be one person's value (THREATS, a single cell dominates a SUM). */
function dominanceOf(plan: Plan, datasets: readonly Dataset[]): EffectivePolicy["dominance"] {
  const rules = withoutImplied(datasets.flatMap(({ rule }) => rule.dominance))
  if (rules.length > 0 || plan.aggregates.every(({ kind }) => kind === "count")) return [...rules]
  throw new ParleyError("contract-invalid", `query ${plan.query}: sums and averages need a dominance rule of an owner`)
}

/** By aggregate: the output column that it is for. */
export function aggregateNames(plan: Plan): readonly string[] {
  const names = plan.outputs.flatMap((output) => {
    if (output.kind === "dimension") return []
    if (output.kind === "aggregate") return [[output.aggregate, output.name] as const]
    return [
      [output.numerator, `${output.name}.numerator`] as const,
      [output.denominator, `${output.name}.denominator`] as const,
    ]
  })
  const byIndex = new Map(names)
  return plan.aggregates.map((_, index) => byIndex.get(index) ?? "")
}

export function datasetOf(contract: Contract, name: string): Dataset {
  const dataset = contract.datasets.find((candidate) => candidate.name === name)
  if (dataset === undefined) throw new ParleyError("contract-invalid", `no dataset ${name}`)
  return dataset
}
