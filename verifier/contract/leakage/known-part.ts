import type { Contract } from "../../../shared/contract/contract.ts"
import type { Query } from "../../../shared/contract/query.ts"
import type { Leak } from "./leak.ts"

/** An owner knows its own side of a number that reads columns of two owners, and can choose it. */
export function knownParts({ datasets }: Contract, { name, output }: Query): readonly Leak[] {
  return output.flatMap((column) => {
    const reads = "reads" in column && column.kind !== "ratio" ? column.reads : []
    const owners = new Set(reads.map((read) => datasets.find((dataset) => dataset.name === read.dataset)?.owner))
    if (owners.size < 2) return []
    return [
      {
        example: "one owner puts 0 for everybody but k people of its choice: the number is of these k alone",
        kind: "known-part" as const,
        what: `${name}: ${column.name} reads columns of ${[...owners].join(" and ")}; each knows its own and can take it out`,
      },
    ]
  })
}
