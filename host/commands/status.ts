import { Command } from "commander"
import { jsonOption, type Outcome, perform } from "../../verifier/cli/outcome.ts"
import { table } from "../../verifier/cli/table.ts"
import { type RoomStatus, readStatus } from "../status/status-file.ts"

const SHOWN = 16

/** `parley-host status`: what the running host does. */
export function statusCommand(): Command {
  return jsonOption(new Command("status"))
    .description("Say what the running host does: rooms, enclaves, proposals that wait, the last failure of each room.")
    .requiredOption("--data <dir>", "operator's folder")
    .addHelpText("after", "\nExample:\n  parley-host status --data host-data")
    .action(perform(status))
}

async function status({ data }: { data: string }): Promise<Outcome> {
  const running = await readStatus(data)
  if (running === null) return { json: { running: false }, text: "not running" }
  const { pid, port, rooms, startedAt } = running
  const where = port === null ? "on a folder" : `on port ${port}`
  const text = [`running ${where}, process ${pid}, since ${startedAt}`, ...overview(rooms), ...rooms.flatMap(details)]
  return { json: { ...running, running: true }, text: text.join("\n") }
}

function overview(rooms: readonly RoomStatus[]): readonly string[] {
  if (rooms.length === 0) return ["no rooms"]
  const rows = rooms.map((room) => [
    room.contract.slice(0, SHOWN),
    room.inForce ? "in force" : "not in force",
    room.enclave + (room.enclavePid === null ? "" : ` (${room.enclavePid})`),
    String(room.boots),
    String(room.runs),
    room.failure === null ? "-" : `${room.failure} ${room.failedAt ?? ""}`,
  ])
  return [table(["contract", "state", "enclave", "boots", "runs", "last failure"], rows)]
}

/** Proposals that do not run, and why. */
function details({ contract, failedRuns, grantedToOldBoots, waitingForParts }: RoomStatus): readonly string[] {
  const say = (proposal: string, why: string) => `${contract.slice(0, SHOWN)} ${proposal.slice(0, SHOWN)}: ${why}`
  return [
    ...waitingForParts.map((proposal) => say(proposal, "granted; sealed parts are still to be uploaded")),
    ...grantedToOldBoots.map((proposal) => say(proposal, "granted to an enclave that is gone; grant again")),
    ...failedRuns.map(({ code, proposal }) => say(proposal, `the enclave did not run it: ${code}; grant again`)),
  ]
}
