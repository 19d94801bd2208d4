import type { ContractInForce } from "../../../shared/contract/in-force.ts"
import { MAX_BUNDLE_BYTES } from "../../../shared/protocol/bundle.ts"
import { ROOM } from "../../../shared/room/layout.ts"
import { requireNotBehind } from "../../ledger/rules.ts"
import type { VerifiedReceipt } from "../../receipt/verify.ts"
import { localParty } from "../home.ts"
import { book, localLedger } from "../ledger/book.ts"
import type { Room } from "../room.ts"
import { judgeBundle, passOver } from "./bundles.ts"

/** All receipts of this contract in the room that verify, by sequence. Rubbish beside them is passed over. */
export async function roomReceipts(room: Room, inForce: ContractInForce): Promise<readonly VerifiedReceipt[]> {
  const receipts: VerifiedReceipt[] = []
  for (const name of await room.files.list(ROOM.receipts)) {
    const bytes = await room.files.read(`${ROOM.receipts}/${name}`, MAX_BUNDLE_BYTES).catch(passOver)
    const receipt = bytes === null ? null : await judgeBundle(bytes, inForce)
    if (receipt !== null) receipts.push(receipt)
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
