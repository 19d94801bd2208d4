import { setImmediate as nextTurn } from "node:timers/promises"
import { ParleyError } from "../../shared/errors/index.ts"
import { earlierCommitments, type OptOutHistory } from "../../shared/protocol/opt-outs.ts"
import type { PartyGrant } from "./grants.ts"

/** One owner's opt-outs as its secret tells them, and the commitment that its grant publishes. */
export interface ToldOptOuts {
  readonly owner: string
  readonly committed: string | null
  readonly history: OptOutHistory
}

/**
 * Every commitment that somebody's receipts show must be opened by its owner. The attack: an owner takes one person out
 * between two runs, says that this was so from the first, and subtracts the results. With the earlier list opened, whom
 * it did not have is new since then, whatever the owner says; an owner that leaves the earlier salt out opens nothing.
 *
 * Not a fault of one party, and so no `grant-invalid`, which names one: the owner may hide its history, but whoever cites
 * may as well have made the commitment up, to have the owner blamed. Nobody can tell them apart: `run-refused`.
 */
export async function requireSeenOpened(grants: readonly PartyGrant[], told: readonly ToldOptOuts[]): Promise<void> {
  for (const { committed, history, owner } of told) {
    const cited = citedOf(grants, owner)
    if (committed !== null) cited.delete(committed)
    if (cited.size === 0) continue
    for (const opened of earlierCommitments(history)) {
      if (cited.delete(opened) && cited.size === 0) break
      // Nonces are answered at any time.
      await nextTurn()
    }
    if (cited.size > 0) throw new ParleyError("run-refused", "an opt-out commitment that receipts show is not opened")
  }
}

function citedOf(grants: readonly PartyGrant[], owner: string): Set<string> {
  const seen = grants.flatMap(({ grant }) => grant.payload.seenOptOuts)
  return new Set(seen.filter(({ party }) => party === owner).map(({ optOuts }) => optOuts))
}
