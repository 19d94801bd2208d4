import type { Column } from "../columns.ts"
import type { Contract } from "../contract.ts"
import type { Dataset } from "../dataset.ts"
import { withoutImplied } from "../dominance.ts"
import type { AnalysisRule } from "../rule.ts"
import { invalid, partyNames, purposeNames, requireAll, requirePositive, requireUnique } from "./require.ts"

/** Fewer identities than this need an override that names who approved it. */
const SMALLEST_WITHOUT_OVERRIDE = 11

/** That a rule names what there is, and says nothing that has no effect. */
export function checkRule(contract: Contract, dataset: Dataset, path: string): void {
  const { rule } = dataset
  checkColumnLists(dataset, path)
  requireAll(`${path}.allowedRecipients`, rule.allowedRecipients, partyNames(contract))
  const datasets = contract.datasets.map(({ name }) => name)
  requireAll(`${path}.joinRequired`, rule.joinRequired, datasets)
  requireAll(`${path}.purposes`, rule.purposes, purposeNames(contract))
  checkThreshold(dataset, `${path}.threshold`)
  if (withoutImplied(rule.dominance).length !== rule.dominance.length) {
    throw invalid(`${path}.dominance`, "one rule implies another")
  }
  if (rule.rounding.sumStep !== null) requirePositive(`${path}.rounding.sumStep`, rule.rounding.sumStep)
  checkTemplates(rule, path)
}

/** Which columns can be named in which list. Any value can be put into buckets, so any can be a dimension. */
function checkColumnLists({ columns, rule }: Dataset, path: string): void {
  const named = (accept: (column: Column) => boolean) => columns.filter(accept).map(({ name }) => name)
  const identity = named(({ type }) => type === "identity")
  const values = named(({ type }) => type !== "identity")
  const aggregated = rule.aggregateColumns.map(({ column }) => column)
  requireAll(`${path}.joinColumns`, rule.joinColumns, identity)
  requireAll(`${path}.dimensionColumns`, rule.dimensionColumns, values)
  requireAll(`${path}.filterColumns`, rule.filterColumns, values)
  requireAll(`${path}.neverCompared`, rule.neverCompared, values)
  // Durations between dates and flags cast to numbers are added up as well.
  const addable = named(({ type }) => type !== "identity" && type !== "text")
  requireAll(`${path}.aggregateColumns`, aggregated, addable)
  requireUnique(`${path}.aggregateColumns`, aggregated)
}

function checkThreshold({ columns, rule: { threshold } }: Dataset, path: string): void {
  const values = columns.filter(({ type }) => type !== "identity").map(({ name }) => name)
  const named = threshold.columns.map(({ column }) => column)
  requireAll(`${path}.columns`, named, values)
  requireUnique(`${path}.columns`, named)
  for (const [index, { minIdentities }] of threshold.columns.entries()) {
    if (minIdentities > threshold.minIdentities) continue
    throw invalid(`${path}.columns.${index}`, "asks for no more identities than the whole dataset does")
  }
  // Columns ask for more, so the dataset's own threshold is the least.
  if (threshold.minIdentities < SMALLEST_WITHOUT_OVERRIDE && threshold.override === null) {
    throw invalid(path, `fewer than ${SMALLEST_WITHOUT_OVERRIDE} identities need an override with a name`)
  }
}

function checkTemplates({ kind, templates }: AnalysisRule, path: string): void {
  if (kind === "template" && templates.length === 0) throw invalid(`${path}.templates`, "allows no query at all")
  if (kind !== "template" && templates.length > 0) throw invalid(`${path}.templates`, `has no effect in kind ${kind}`)
}
