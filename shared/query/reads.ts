import type { Plan } from "./plan.ts"
import { blocksOf, expressionsIn } from "./walk.ts"

/** Columns of a dataset that a plan reads beside the identity, sorted. */
export function columnsRead(plan: Plan, dataset: string): readonly string[] {
  const found = new Set<string>()
  for (const { block, roots } of blocksOf(plan)) {
    for (const root of roots) {
      for (const expression of expressionsIn(root)) {
        if (expression.node !== "column") continue
        const source = block.relations[expression.relation]?.source
        if (source !== undefined && "dataset" in source && source.dataset === dataset) found.add(expression.column)
      }
    }
  }
  return [...found].sort()
}
