import type { Bytes } from "../../../shared/bytes.ts"
import type { ContractInForce } from "../../../shared/contract/in-force.ts"
import { parseCanonical } from "../../../shared/json/canonical.ts"
import { Bundle, MAX_BUNDLE_BYTES } from "../../../shared/protocol/bundle.ts"
import { Grant } from "../../../shared/protocol/grant.ts"
import type { RoomFiles } from "../../../shared/room/files.ts"
import { ROOM } from "../../../shared/room/layout.ts"
import { peekJwsUnverified } from "../../../shared/signed/jws.ts"
import { jwsBytes } from "../../../shared/signed/jws-object.ts"
import { keyId, publicPart } from "../../../shared/signed/keys.ts"
import { KINDS } from "../../../shared/signed/kinds.ts"
import { type CitedGrant, requireNotBehind } from "../../ledger/rules.ts"
import type { VerifiedReceipt } from "../../receipt/verify.ts"
import type { NamedContract } from "../../room/objects.ts"
import type { Home } from "../home.ts"
import { localKeys } from "../keys.ts"
import { book, localLedger } from "../ledger/book.ts"
import type { Room } from "../room.ts"
import { judgeBundle, passOver } from "./bundles.ts"

/** A receipt that verified, with the bundle that it came in. */
interface ReceiptAtHand {
  readonly bytes: Bytes
  readonly receipt: VerifiedReceipt
}

/** All receipts of this contract in a room that verify, by sequence. Rubbish beside them is passed over. */
export async function receiptsIn(files: RoomFiles, contract: NamedContract): Promise<readonly ReceiptAtHand[]> {
  const receipts: ReceiptAtHand[] = []
  for (const name of await files.list(ROOM.receipts)) {
    const bytes = await files.read(`${ROOM.receipts}/${name}`, MAX_BUNDLE_BYTES).catch(passOver)
    const receipt = bytes === null ? null : await judgeBundle(bytes, contract)
    if (bytes !== null && receipt !== null) receipts.push({ bytes, receipt })
  }
  return receipts.sort((a, b) => sequence(a) - sequence(b))
}

export async function newestReceipt(room: Room, inForce: ContractInForce): Promise<string | null> {
  return (await receiptsIn(room.files, inForce)).at(-1)?.receipt.digest ?? null
}

/** Compares the ledger with every receipt at hand, and books those that are new to it. */
export async function reconcile(room: Room, inForce: ContractInForce): Promise<readonly VerifiedReceipt[]> {
  const receipts = await receiptsIn(room.files, inForce)
  for (const { bytes, receipt } of receipts) {
    const { digest } = receipt
    const ledger = await localLedger(room.home)
    for (const cited of await citedHere(room.home, bytes)) requireNotBehind(ledger, cited)
    const seen = ledger.entries.some(({ event }) => event.event === "receipt-seen" && event.receipt === digest)
    const { contract, proposal } = receipt.receipt.predicate
    if (!seen) await book(room.home, { contract, event: "receipt-seen", proposal, receipt: digest })
  }
  return receipts.map(({ receipt }) => receipt)
}

/** The cited grants that a key of this home has signed. Those of a colleague, who has a ledger of their own, are theirs. */
async function citedHere(home: Home, bundle: Bytes): Promise<readonly CitedGrant[]> {
  const own = new Set((await localKeys(home)).map(({ jwk }) => keyId(publicPart(jwk))))
  // The bundle verified as a whole, every one of these signatures with it.
  const { grants } = parseCanonical(bundle, Bundle, MAX_BUNDLE_BYTES)
  return grants
    .map((grant) => peekJwsUnverified("grant", jwsBytes(grant)))
    .filter(({ kid }) => own.has(kid))
    .map(({ digest, payload }) => ({ ...parseCanonical(payload, Grant, KINDS.grant.maxBytes), grant: digest }))
}

function sequence({ receipt }: ReceiptAtHand): number {
  return receipt.receipt.predicate.sequence
}
