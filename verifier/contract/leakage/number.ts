import type { Expression } from "../../../shared/query/expression.ts"
import { type Block, dimensionsOf, type Plan } from "../../../shared/query/plan.ts"
import { aggregateNames } from "../../../shared/query/policy.ts"
import { expressionText } from "./expression-text.ts"

/** Measure of every count. */
export const COUNTED = "people"

/** A condition as it is, and with all constants and parameters alike. */
export interface Condition {
  readonly exact: string
  readonly shape: string
}

/** A released number, by whom it is of: everybody in all `datasets` who meets every one of `conditions`. */
export interface ReleasedNumber {
  readonly query: string
  readonly column: string
  /** What is counted or added up; two numbers can be subtracted when they have the same. */
  readonly measure: string
  readonly datasets: ReadonlySet<string>
  readonly conditions: readonly Condition[]
  readonly dimensions: ReadonlySet<string>
  /** It is of everybody in its group: the gate compares every other number of the row with it. */
  readonly wholeGroup: boolean
}

export function numbersOf(plan: Plan): readonly ReleasedNumber[] {
  const names = aggregateNames(plan)
  const datasets = new Set(plan.from.relations.filter(({ optional }) => !optional).flatMap((r) => r.datasets))
  const dimensions = new Set(dimensionsOf(plan).map(({ value }) => expressionText(plan, plan.from, value)))
  return plan.aggregates.map((aggregate, index) => {
    const filter = conjuncts(aggregate.filter).map((part) => conditionOf(plan, plan.from, part))
    const present = plan.from.relations[aggregate.kind === "count" ? aggregate.relation : 0]
    const behind = aggregate.kind === "count" ? (present?.datasets ?? []) : []
    return {
      column: names[index] ?? "",
      conditions: [...conditionsOf(plan), ...filter],
      datasets: new Set([...datasets, ...behind]),
      dimensions,
      measure: aggregate.kind === "count" ? COUNTED : measureText(plan, aggregate.kind, aggregate.argument),
      query: plan.query,
      wholeGroup: aggregate.filter === null && present?.optional === false,
    }
  })
}

function measureText(plan: Plan, kind: "avg" | "sum", argument: Expression): string {
  return `${kind} of ${expressionText(plan, plan.from, argument)}`
}

/** Conditions on rows, in the query itself and in its common table expressions. */
function conditionsOf(plan: Plan): readonly Condition[] {
  const blocks: readonly Block[] = [...plan.ctes.map(({ from }) => from), plan.from]
  return blocks.flatMap((block) =>
    [block.where, ...block.relations.map(({ join, on }) => (join === "left" ? null : on))]
      .flatMap(conjuncts)
      .map((part) => conditionOf(plan, block, part)),
  )
}

function conditionOf(plan: Plan, block: Block, part: Expression): Condition {
  return { exact: expressionText(plan, block, part), shape: expressionText(plan, block, part, "shape") }
}

function conjuncts(condition: Expression | null): readonly Expression[] {
  if (condition === null) return []
  return condition.node === "and" ? condition.operands.flatMap(conjuncts) : [condition]
}
