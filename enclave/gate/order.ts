import type { JudgedQuery } from "../../shared/query/judged.ts"
import type { Group } from "./groups.ts"

/** By the dimensions from left to right, numbers by value, text by code point, null last. Order tells nothing else. */
export function compareGroups(plan: JudgedQuery): (a: Group, b: Group) => number {
  const numeric = plan.outputs.flatMap((output) =>
    output.kind === "dimension" ? [output.column.type === "integer"] : [],
  )
  return (a, b) => {
    for (const [index, byValue] of numeric.entries()) {
      const order = compareCells(a.dimensions[index] ?? null, b.dimensions[index] ?? null, byValue)
      if (order !== 0) return order
    }
    return 0
  }
}

function compareCells(a: string | null, b: string | null, byValue: boolean): number {
  if (a === b) return 0
  if (a === null) return 1
  if (b === null) return -1
  if (byValue) return Number(a) - Number(b)
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
