import { dimensionsOf, type Plan } from "../query/plan.ts"
import type { Group } from "./group.ts"

/** By the dimensions from left to right, numbers by value, text by code point, null last. Order tells nothing else. */
export function compareGroups(plan: Plan): (a: Group, b: Group) => number {
  const numeric = dimensionsOf(plan).map(({ value }) => value.type.kind === "integer")
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
  return byValue ? Number(a) - Number(b) : compareCodePoints(a, b)
}

/** `<` compares UTF-16 units, which puts U+10000 before U+E000. */
function compareCodePoints(a: string, b: string): number {
  const [left, right] = [[...a], [...b]]
  const first = left.findIndex((character, index) => character !== right[index])
  if (first === -1) return left.length - right.length
  return (left[first]?.codePointAt(0) ?? -1) - (right[first]?.codePointAt(0) ?? -1)
}
