import type { ContractInForce } from "../../../shared/contract/in-force.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { type Grant, MAX_SEEN_OPT_OUTS } from "../../../shared/protocol/grant.ts"
import type { Manifest } from "../../../shared/protocol/manifest.ts"
import { shownOptOuts } from "../../receipt/shown-opt-outs.ts"
import type { VerifiedReceipt } from "../../receipt/verify.ts"
import type { RoomObject } from "../../room/objects.ts"
import { storedContract } from "../contract/amendment/own.ts"
import { roomFolder } from "../files.ts"
import type { Home } from "../home.ts"
import { knownRooms } from "../known-rooms.ts"
import { receiptsIn } from "../runs/receipts.ts"

/** Opt-out commitments over the proposed data, as far as this home's receipts show them. */
export interface SeenHere {
  /** Of this party: it opens them to the enclave. */
  readonly own: readonly string[]
  /** Of the other owners: this party's grant cites them. */
  readonly others: Grant["seenOptOuts"]
}

/** What the receipts show, those of this room and those that lie in rooms of other contracts over the same data. */
export async function seenOptOuts(
  home: Home,
  inForce: ContractInForce,
  receipts: readonly VerifiedReceipt[],
  versions: readonly RoomObject<Manifest>[],
  party: string,
): Promise<SeenHere> {
  const manifests = versions.map(({ payload }) => payload)
  const elsewhere = await receiptsElsewhere(home, inForce, new Set(manifests.map(({ lineage }) => lineage)))
  const shown = shownOptOuts([...receipts, ...elsewhere], manifests)
  const others = shown.filter((seen) => seen.party !== party)
  if (others.length > MAX_SEEN_OPT_OUTS) {
    throw new ParleyError("limit-reached", `receipts show ${others.length} opt-out commitments over these data`)
  }
  return { others, own: shown.filter((seen) => seen.party === party).map(({ optOuts }) => optOuts) }
}

/** An amendment, or a second contract, has a room of its own: with it alone, the first run in it would have no before. */
async function receiptsElsewhere(
  home: Home,
  { digest }: ContractInForce,
  lineages: ReadonlySet<string>,
): Promise<readonly VerifiedReceipt[]> {
  const receipts: VerifiedReceipt[] = []
  for (const { contract: other, folder } of await knownRooms(home)) {
    const contract = other === digest ? null : await storedContract(home, other)
    if (contract === null || !contract.datasets.some(({ lineage }) => lineages.has(lineage))) continue
    for (const { receipt } of await receiptsIn(roomFolder(folder), { contract, digest: other })) receipts.push(receipt)
  }
  return receipts
}
