import { Command } from "commander"
import { missingSigners } from "../../../../shared/contract/in-force.ts"
import { roomApprovals } from "../../../room/contract.ts"
import { jsonOption, type Outcome, perform } from "../../outcome.ts"
import { inRoom, type Room, type RoomOptions, roomOptions } from "../../room.ts"
import { carryAmendment } from "../amendment/carry.ts"
import { amendmentOf } from "../amendment/find.ts"
import { EXIT_OF, standingInWords, standingOf } from "../standing.ts"

/** `parley contract status`: where a contract stands. */
export function statusCommand(): Command {
  return roomOptions(jsonOption(new Command("status")))
    .description(
      "Say who has signed, who has not, and whether it is over. Exit code 41 while somebody is missing, 10 when it is over.",
    )
    .addHelpText("after", "\nExample:\n  parley contract status --room room")
    .action(perform((options: RoomOptions) => inRoom(options, status)))
}

async function status(room: Room): Promise<Outcome> {
  const { byParty, contract, digest } = await roomApprovals(room.files)
  const missing = missingSigners(byParty)
  await carryAmendment(room)
  const amendment = missing.length > 0 ? null : await amendmentOf(room, { contract, digest }, new Date())
  const standing = await standingOf(room.files, { amendment, contract, digest, missing: missing.length }, new Date())
  const json = { digest, inForce: standing.state === "in-force", waitingFor: missing, ...standing }
  return { exit: EXIT_OF[standing.state], json, text: standingInWords(digest, standing, missing) }
}
