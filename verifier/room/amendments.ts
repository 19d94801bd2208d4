import { type ContractInForce, requireInForce } from "../../shared/contract/in-force.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import type { RoomFiles } from "../../shared/room/files.ts"
import { ROOM } from "../../shared/room/layout.ts"
import { roomSignatures } from "./contract.ts"
import { signatureFiles } from "./signatures.ts"

/**
 * Amendments of a contract whose every signature lies in this room: one signature carries the whole amendment, so that
 * a room can hold the proof that it is over. Whether the keys are the parties' own is the caller's to check: whoever
 * carries the room could put in an amendment among strangers of the same names.
 */
export async function roomAmendments(files: RoomFiles, digest: string): Promise<readonly ContractInForce[]> {
  const { objects } = await signatureFiles(files, ROOM.contractSignatures, "contract")
  const others = new Set(objects.map((object) => object.digest).filter((other) => other !== digest))
  const found: ContractInForce[] = []
  for (const other of others) {
    const amendment = await inForceOrNull(await roomSignatures(files, other))
    if (amendment?.contract.predecessor === digest) found.push(amendment)
  }
  return found
}

/** Null while somebody has not signed. */
async function inForceOrNull(signatures: readonly Uint8Array[]): Promise<ContractInForce | null> {
  try {
    return await requireInForce(signatures)
  } catch (cause) {
    if (cause instanceof ParleyError) return null
    throw cause
  }
}
