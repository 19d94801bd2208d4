import type { ValueColumn } from "../contract/columns.ts"
import type { Contract } from "../contract/contract.ts"
import type { Dataset } from "../contract/dataset.ts"
import { EffectivePolicy } from "../contract/effective-policy.ts"
import { ParleyError } from "../errors/index.ts"
import { absolute, leastCommonMultiple, scaledToText, textToScaled } from "./decimal.ts"
import type { ColumnUse, JudgedQuery } from "./judged.ts"

/** The strictest combination of the rules of all owners whose data a query reads. */
export function effectivePolicy(contract: Contract, plan: JudgedQuery): EffectivePolicy {
  const datasets = plan.datasets.map((name) => datasetOf(contract, name))
  const query = contract.queries.find(({ name }) => name === plan.query)
  if (query === undefined) throw new ParleyError("contract-invalid", `no query ${plan.query}`)
  const sums = plan.outputs.flatMap((output) => (output.kind === "sum" || output.kind === "avg" ? [output] : []))
  const policy = {
    countStep: datasets.map(({ rule }) => rule.rounding.countStep).reduce(leastCommonMultiple, 1),
    maxGroups: query.maxGroups,
    minIdentities: Math.max(...datasets.map(({ rule }) => rule.threshold.minIdentities)),
    mode: "threshold" as const,
    owners: [...new Set(datasets.map(({ owner }) => owner))],
    sumSteps: sums.map(({ column, name }) => ({
      column: name,
      step: scaledToText(sumStep(contract, plan, column), column.scale),
    })),
  }
  // Rules may be fine each on its own and have no common step that a receipt can state.
  const parsed = EffectivePolicy.safeParse(policy)
  if (parsed.success) return parsed.data
  throw new ParleyError("contract-invalid", `query ${plan.query}: the owners' roundings have no common step in bounds`)
}

/**
 * Rounding step of a sum, in units of the measure's scale: the owner's step, or one identity's largest possible
 * contribution if that is more. Otherwise 2^i per identity would decode every member of a group from one sum.
 */
export function sumStep(contract: Contract, plan: JudgedQuery, use: ColumnUse): bigint {
  const dataset = datasetOf(contract, use.dataset)
  const largest = largestValue(dataset, use) * BigInt(rowsPerIdentity(contract, plan))
  const declared = dataset.rule.rounding.sumStep
  const step = declared === null ? 1n : textToScaled(declared, use.scale)
  return step > largest ? step : largest
}

/** Most rows that one identity can have in the join: the product over the joined datasets. */
export function rowsPerIdentity(contract: Contract, plan: JudgedQuery): number {
  return plan.datasets.reduce((product, name) => product * datasetOf(contract, name).maxRowsPerIdentity, 1)
}

/** Largest magnitude of a measure, in units of its scale. */
export function largestValue(dataset: Dataset, use: ColumnUse): bigint {
  const { max, min } = numericRange(columnOf(dataset, use.column), use.scale)
  if (absolute(min) > absolute(max)) return absolute(min)
  return absolute(max)
}

function numericRange(column: ValueColumn, scale: number): { readonly min: bigint; readonly max: bigint } {
  if (column.type === "integer") return { max: BigInt(column.range.max), min: BigInt(column.range.min) }
  if (column.type !== "decimal") throw new ParleyError("contract-invalid", `${column.name} is no measure`)
  return { max: textToScaled(column.range.max, scale), min: textToScaled(column.range.min, scale) }
}

export function datasetOf(contract: Contract, name: string): Dataset {
  const dataset = contract.datasets.find((candidate) => candidate.name === name)
  if (dataset === undefined) throw new ParleyError("contract-invalid", `no dataset ${name}`)
  return dataset
}

export function columnOf(dataset: Dataset, name: string): ValueColumn {
  const column = dataset.columns.find((candidate) => candidate.name === name)
  if (column === undefined || column.type === "identity") throw new ParleyError("contract-invalid", `no column ${name}`)
  return column
}
