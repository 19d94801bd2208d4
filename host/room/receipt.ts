import type { ContractInForce } from "../../shared/contract/in-force.ts"
import type { RoomFiles } from "../../shared/room/files.ts"
import { judgeBundle, passOver } from "../../verifier/cli/runs/bundles.ts"
import { roomBundle } from "../../verifier/room/objects.ts"

/** Whether the room has a proposal's receipt. Any file in its place would else keep the run from ever being run. */
export async function hasReceipt(files: RoomFiles, inForce: ContractInForce, proposal: string): Promise<boolean> {
  const bytes = await roomBundle(files, proposal).catch(passOver)
  const receipt = bytes === null ? null : await judgeBundle(bytes, inForce)
  return receipt?.run.proposal.digest === proposal
}
