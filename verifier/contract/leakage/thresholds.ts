import type { Contract } from "../../../shared/contract/contract.ts"
import type { EffectivePolicy } from "../../../shared/contract/effective-policy.ts"
import type { Query } from "../../../shared/contract/query.ts"
import type { Leak } from "./leak.ts"

/** Thresholds below what is customary, each with who approved it. */
export function overrides({ datasets }: Contract): readonly Leak[] {
  return datasets.flatMap(({ name, rule: { threshold } }) => {
    if (threshold.override === null) return []
    const { approvedBy, reason } = threshold.override
    return [
      {
        example: `a group of ${threshold.minIdentities}: whoever knows ${threshold.minIdentities - 1} of them learns of the last one`,
        kind: "override" as const,
        what: `${name}: threshold of ${threshold.minIdentities} by override of ${approvedBy}: ${reason}`,
      },
    ]
  })
}

/** Rounding is what keeps one person from showing in a difference. */
export function exactCounts({ name, output }: Query, { countStep }: EffectivePolicy): readonly Leak[] {
  if (countStep > 1 || !output.some(({ kind }) => kind === "count")) return []
  return [
    {
      example: "whoever knows all but one of a group's people learns of the last one whether it is in the group",
      kind: "exact-counts",
      what: `${name}: counts are exact, no owner rounds them; every difference above is exact to the person`,
    },
  ]
}
