import type { Places } from "../place.ts"
import { MOST_GROUPS } from "../plan.ts"
import { valuesOf } from "../types/values.ts"
import type { JudgedOutput } from "./outputs.ts"

/** More groups than the gate reads would be an error, and whether it comes about would depend on the rows. */
export function requireFewGroups(places: Places, outputs: readonly JudgedOutput[]): void {
  const sizes = outputs.flatMap((output) => {
    if (output.kind !== "dimension") return []
    const { nullable, type } = output.term.expression
    return [valuesOf(type) + (nullable ? 1n : 0n)]
  })
  const groups = sizes.reduce((product, size) => product * size, 1n)
  if (groups <= BigInt(MOST_GROUPS)) return
  places.refuse(null, `the dimensions can have ${groups} groups, at most ${MOST_GROUPS} are read`, "query-range")
}
