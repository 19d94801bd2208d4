import { canonicalText } from "../../shared/json/canonical.ts"
import { type SeenOptOuts, sortedSeen } from "../../shared/protocol/grant.ts"
import type { Manifest } from "../../shared/protocol/manifest.ts"
import type { VerifiedReceipt } from "./verify.ts"

/**
 * The opt-out commitments that receipts show of the owners of these versions, over the same data: an owner commits for
 * all of its data in a run together, and two results subtract only where both read the same lineages.
 */
export function shownOptOuts(receipts: readonly VerifiedReceipt[], versions: readonly Manifest[]): SeenOptOuts[] {
  const proposed = lineagesByOwner(versions)
  const shown = receipts.flatMap(({ receipt, run }) => {
    const read = lineagesByOwner([...run.manifests.values()].map(({ payload }) => payload))
    return receipt.predicate.optOuts
      .filter(({ party }) => proposed.has(party) && proposed.get(party) === read.get(party))
      .map(({ digest, party }) => ({ optOuts: digest, party }))
  })
  return sortedSeen(shown)
}

function lineagesByOwner(versions: readonly Manifest[]): ReadonlyMap<string, string> {
  const byOwner = Map.groupBy(versions, ({ owner }) => owner)
  return new Map(
    [...byOwner].map(([owner, own]) => [owner, canonicalText([...new Set(own.map(({ lineage }) => lineage))].sort())]),
  )
}
