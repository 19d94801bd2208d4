import { Command } from "commander"
import { roomDraft } from "../../../room/contract.ts"
import { jsonOption, perform } from "../../outcome.ts"
import { pushRoom, refusedInWords } from "../../remote/push-room.ts"
import { openRoom, type Room, type RoomOptions, requiredHost, roomOptions } from "../../room.ts"

/** `parley contract push`: a room to its host. */
export function pushCommand(): Command {
  return roomOptions(jsonOption(new Command("push")))
    .description("Send the room's contract and signed objects to the host.")
    .addHelpText("after", "\nExample:\n  parley contract push --room room --host https://parley.example")
    .action(perform((options: RoomOptions) => push(openRoom(options))))
}

async function push(room: Room) {
  const { digest } = await roomDraft(room.files)
  const { pushed, refused } = await pushRoom(room, requiredHost(room), digest)
  const note = refused.length === 0 ? "" : `\nnote: ${refusedInWords(refused)}`
  return { json: { contract: digest, pushed, refused }, text: `${pushed} objects sent${note}` }
}
