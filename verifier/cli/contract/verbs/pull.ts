import { Command } from "commander"
import { jsonOption, perform } from "../../outcome.ts"
import { pullRoom } from "../../remote/sync.ts"
import { openRoom, type Room, type RoomOptions, requiredHost, roomOptions } from "../../room.ts"

/** `parley contract pull`: a room from its host. */
export function pullCommand(): Command {
  return roomOptions(jsonOption(new Command("pull")))
    .argument("<digest>", "digest of the contract")
    .description("Fetch a contract and its room from the host.")
    .addHelpText("after", "\nExample:\n  parley contract pull 5e2f... --room room --host https://parley.example")
    .action(perform((digest: string, options: RoomOptions) => pull(openRoom(options), digest)))
}

async function pull(room: Room, digest: string) {
  const pulled = await pullRoom(room, requiredHost(room), digest)
  return { json: { contract: digest, pulled }, text: `${pulled} objects fetched` }
}
