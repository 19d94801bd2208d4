import { Command } from "commander"
import { jsonOption, type Outcome, perform } from "../../verifier/cli/outcome.ts"
import { table } from "../../verifier/cli/table.ts"
import { readConfig } from "../config/config.ts"
import { type RoomStatus, readStatus } from "../status/status-file.ts"
import { Disk, type DiskState } from "../storage/disk.ts"

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
  const { pid, port, rooms, startedAt, state } = running
  const where = port === null ? "on a folder" : `on port ${port}`
  // The disk is looked at here: a host whose disk is full cannot write down that it is.
  const disk = await new Disk(data, (await readConfig(data)).limits.reserveBytes).state()
  const text = [
    `${state === "serving" ? "running" : state} ${where}, process ${pid}, since ${startedAt}`,
    space(disk),
    ...overview(rooms),
    ...rooms.flatMap(details),
  ]
  return { json: { ...running, disk, running: true }, text: text.join("\n") }
}

function space({ freeBytes, low, reserveBytes }: DiskState): string {
  const [free, reserve] = [mebibytes(freeBytes), mebibytes(reserveBytes)]
  return `disk: ${free} free, ${reserve} in reserve${low ? "; no new upload or room is taken until there is more" : ""}`
}

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / 1024 ** 2)} MiB`
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
function details(room: RoomStatus): readonly string[] {
  const { contract, failedRuns, grantedToOldBoots, heldResult, waitingForParts } = room
  const say = (proposal: string, why: string) => `${contract.slice(0, SHOWN)} ${proposal.slice(0, SHOWN)}: ${why}`
  return [
    ...waitingForParts.map((proposal) => say(proposal, "granted; sealed parts are still to be uploaded")),
    ...grantedToOldBoots.map((proposal) => say(proposal, "granted to an enclave that is gone; grant again")),
    ...(heldResult ? [`${contract.slice(0, SHOWN)}: a run has ended, and the disk has no room for its result`] : []),
    ...failedRuns.map(({ code, proposal }) => say(proposal, `the enclave did not run it: ${code}; grant again`)),
  ]
}
