import { createHash } from "node:crypto"
import { ParleyError } from "../../../shared/errors/index.ts"
import { type VerifiedReceipt, verifyBundle } from "../../receipt/verify.ts"
import { type NamedContract, roomBundle } from "../../room/objects.ts"
import { readCapped, writeAtomically } from "../files.ts"
import { inHome } from "../home.ts"
import type { Room } from "../room.ts"

/** What was judged in this process: `run wait` looks at the same files twice a second. */
const judged = new Map<string, Promise<VerifiedReceipt | null>>()

/** Whether the room has the receipt of one proposal. */
export async function hasReceipt(room: Room, contract: NamedContract, proposal: string): Promise<boolean> {
  const bytes = await roomBundle(room.files, proposal).catch(passOver)
  return bytes !== null && (await isReceipt(room, contract, proposal, bytes))
}

/**
 * Whether these bytes are the receipt of that proposal. Whoever carries the room can put any bytes where a receipt
 * belongs; taken for one, they would end the wait of a run that never ran, and keep the true receipt from being fetched.
 * Verifying takes a tenth of a second, and a room may have a hundred: bundles that verified leave a mark in the home.
 * Results, proposals and grants never rely on a mark.
 */
export async function isReceipt(
  room: Room,
  contract: NamedContract,
  proposal: string,
  bytes: Uint8Array,
): Promise<boolean> {
  const name = createHash("sha256")
    .update(`${contract.digest} ${proposal} ${hash(bytes)}`)
    .digest("hex")
  const mark = inHome(room.home, "verified-receipts", name)
  if ((await readCapped(mark, 0)) !== null) return true
  const receipt = await judgeBundle(bytes, contract)
  if (receipt?.run.proposal.digest !== proposal) return false
  await writeAtomically(mark, "", 0o600)
  return true
}

/** The receipt in a bundle, or null when it does not verify or is of another contract. */
export function judgeBundle(bytes: Uint8Array, { contract, digest }: NamedContract): Promise<VerifiedReceipt | null> {
  const key = `${digest} ${hash(bytes)}`
  const before = judged.get(key)
  if (before !== undefined) return before
  const receipt = verifyBundle({ acceptedRoots: [contract.evidence.trustAnchor.sha256], bytes })
    .then((found) => (found.inForce.digest === digest ? found : null))
    .catch(passOver)
  judged.set(key, receipt)
  return receipt
}

/** Rubbish in a room stops nobody. */
export function passOver(cause: unknown): null {
  if (cause instanceof ParleyError) return null
  throw cause
}

function hash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex")
}
