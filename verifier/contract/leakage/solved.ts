import type { OutputColumn, Query } from "../../../shared/contract/query.ts"
import type { Leak } from "./leak.ts"

/** Columns of one query from which further ones follow. */
export function solved(query: Query): readonly Leak[] {
  return [...ratios(query), ...ofOneColumn(query), ...dithered(query)]
}

function ratios({ name, output }: Query): readonly Leak[] {
  const counts = output.filter(({ kind }) => kind === "count")
  const ratio = output.find(({ kind }) => kind === "ratio")
  if (ratio === undefined || counts.length === 0) return []
  return [
    {
      example:
        "a ratio of 0.25 beside a count of 400 says that its other side is 100, if the count is one of its sides",
      kind: "solved-ratio",
      what: `${name}: ${ratio.name} beside ${counts.map((count) => count.name).join(", ")} gives both sides of the ratio`,
    },
  ]
}

/** A sum and an average of the same column give the number of rows; with a count of people, rows per person. */
function ofOneColumn({ name, output }: Query): readonly Leak[] {
  const averages = output.flatMap((column) => (column.kind === "avg" ? [column] : []))
  return averages.flatMap((average) => {
    const sum = output.find((column) => column.kind === "sum" && readsOf(column) === readsOf(average))
    if (sum === undefined) return []
    return [
      {
        example: `${sum.name} divided by ${average.name} is the number of rows; rows beyond people are of those with several`,
        kind: "several-of-one-column" as const,
        what: `${name}: ${sum.name} and ${average.name} are of the same columns, each rounded on its own`,
      },
    ]
  })
}

/** Each sum is rounded on its own: what several of one column have in common comes out finer than any step. */
function dithered({ name, output }: Query): readonly Leak[] {
  const sums = output.flatMap((column) => (column.kind === "sum" || column.kind === "ratio" ? [column] : []))
  const columns = [...new Set(sums.map(readsOf))].filter((reads) => reads !== "")
  return columns.flatMap((reads) => {
    const several = sums.filter((sum) => readsOf(sum) === reads)
    if (several.length < 2) return []
    const names = several.map((sum) => sum.name).join(", ")
    return [
      {
        example: "sum(x), sum(x + 1), sum(x + 2) and so on round up one after the other: where they do tells the total",
        kind: "several-of-one-column" as const,
        what: `${name}: ${names} are of the same columns (${reads}), each rounded on its own`,
      },
    ]
  })
}

function readsOf(column: OutputColumn): string {
  return "reads" in column ? column.reads.map(({ column: read, dataset }) => `${dataset}.${read}`).join() : ""
}
