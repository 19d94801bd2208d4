import { Command } from "commander"
import { missingSigners } from "../../../../shared/contract/in-force.ts"
import { roomApprovals } from "../../../room/contract.ts"
import { jsonOption, perform } from "../../outcome.ts"
import { inRoom, type Room, type RoomOptions, roomOptions } from "../../room.ts"
import { carryAmendment } from "../amendment/carry.ts"
import { signContract } from "../sign.ts"

interface SignOptions extends RoomOptions {
  readonly key?: string
  readonly predecessor?: string
  readonly acceptWeakerApprovals?: boolean
  readonly acceptSimulatedRoot?: readonly string[]
}

/** `parley contract sign`: one key's signature. */
export function signCommand(): Command {
  return roomOptions(jsonOption(new Command("sign")))
    .description(
      "Sign the room's contract. Refuses blanks, cards that this party has not confirmed, and queries that a rule forbids.",
    )
    .option("--key <kid>", "signing key, when the home has several")
    .option("--predecessor <file>", "the contract that this one amends, when this home has not signed it")
    .option("--accept-weaker-approvals", "sign an amendment that asks a party for fewer keys, or leaves keys of it out")
    .option("--accept-simulated-root <sha256...>", "accept a root that is not AWS's on this machine, for tests only")
    .addHelpText("after", "\nExample:\n  parley contract sign --room room")
    .action(perform((options: SignOptions) => inRoom(options, (room) => sign(room, options))))
}

async function sign(room: Room, options: SignOptions) {
  const digest = await signContract(room, {
    ...(options.key === undefined ? {} : { key: options.key }),
    ...(options.predecessor === undefined ? {} : { predecessor: options.predecessor }),
    weakerApprovals: options.acceptWeakerApprovals === true,
    acceptedRoots: options.acceptSimulatedRoot ?? [],
  })
  await carryAmendment(room)
  const missing = missingSigners((await roomApprovals(room.files)).byParty)
  const text = `signed ${digest}\n${missing.length === 0 ? "in force: every party has signed" : `waiting for: ${missing.join(", ")}`}`
  return { json: { digest, waitingFor: missing }, text }
}
