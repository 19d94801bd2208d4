import type { ContractInForce } from "../../../shared/contract/in-force.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { MAX_BUNDLE_BYTES } from "../../../shared/protocol/bundle.ts"
import { ROOM } from "../../../shared/room/layout.ts"
import { requireNotBehind } from "../../ledger/rules.ts"
import { type VerifiedReceipt, verifyBundle } from "../../receipt/verify.ts"
import { localParty } from "../home.ts"
import { book, localLedger } from "../ledger/book.ts"
import type { Room } from "../room.ts"

/** All receipts of this contract in the room that verify, by sequence. Rubbish beside them is passed over. */
export async function roomReceipts(
  room: Room,
  { contract, digest }: ContractInForce,
): Promise<readonly VerifiedReceipt[]> {
  const receipts: VerifiedReceipt[] = []
  for (const name of await room.files.list(ROOM.receipts)) {
    const bytes = await room.files.read(`${ROOM.receipts}/${name}`, MAX_BUNDLE_BYTES)
    if (bytes === null) continue
    const receipt = await verifyBundle({ acceptedRoots: [contract.evidence.trustAnchor.sha256], bytes }).catch(passOver)
    if (receipt?.inForce.digest === digest) receipts.push(receipt)
  }
  return receipts.sort((a, b) => a.receipt.predicate.sequence - b.receipt.predicate.sequence)
}

export async function newestReceipt(room: Room, inForce: ContractInForce): Promise<string | null> {
  return (await roomReceipts(room, inForce)).at(-1)?.digest ?? null
}

/** Compares the ledger with every receipt at hand, and books those that are new to it. */
export async function reconcile(room: Room, inForce: ContractInForce): Promise<readonly VerifiedReceipt[]> {
  const { name } = await localParty(room.home)
  const receipts = await roomReceipts(room, inForce)
  for (const { digest, receipt } of receipts) {
    const ledger = await localLedger(room.home)
    requireNotBehind(ledger, name, receipt)
    const seen = ledger.entries.some(({ event }) => event.event === "receipt-seen" && event.receipt === digest)
    const { contract, proposal } = receipt.predicate
    if (!seen) await book(room.home, { contract, event: "receipt-seen", proposal, receipt: digest })
  }
  return receipts
}

function passOver(cause: unknown): null {
  if (cause instanceof ParleyError) return null
  throw cause
}
