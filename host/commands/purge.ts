import { join } from "node:path"
import { Command } from "commander"
import { ParleyError } from "../../shared/errors/index.ts"
import { jsonOption, type Outcome, perform } from "../../verifier/cli/outcome.ts"
import { table } from "../../verifier/cli/table.ts"
import { readConfig } from "../config/config.ts"
import { type Candidate, mayGo, purgeCandidates, roomsOf } from "../purge/candidates.ts"
import { purgeVersion } from "../purge/mark.ts"
import { wholeNumber } from "./whole-number.ts"

interface Options {
  readonly data: string
  readonly replacedDays: number
  readonly yes?: boolean
}

/** `parley-host purge`: deletes ciphertext that no run needs any more. */
export function purgeCommand(): Command {
  return jsonOption(new Command("purge"))
    .description("List ciphertext that no run needs any more, and delete it with --yes. Also while the host runs.")
    .requiredOption("--data <dir>", "operator's folder")
    .option("--replaced-days <n>", "versions that a later one has replaced for so many days", wholeNumber(36_500), 30)
    .option("--yes", "delete what is listed")
    .addHelpText(
      "after",
      "\nListed are versions of contracts that a party has ended or that have expired, unless an open proposal with a live\n" +
        "grant names them, and replaced versions that no open proposal names. Each is judged again before it goes. Signed\n" +
        "objects and receipts stay. A deleted version counts for no quota and is not taken again.\n" +
        "\nExamples:\n  parley-host purge --data host-data\n  parley-host purge --data host-data --yes",
    )
    .action(perform(purge))
}

async function purge({ data, replacedDays, yes }: Options): Promise<Outcome> {
  await readConfig(data)
  const now = new Date()
  const deleted = yes === true
  const listed: Candidate[] = []
  const unread: { readonly code: string; readonly room: string }[] = []
  for (const room of await roomsOf(data)) {
    try {
      listed.push(...(await purgeCandidates(room, now, replacedDays)))
    } catch (cause) {
      // A room that is not in force yet, or that cannot be read, loses nothing.
      if (!(cause instanceof ParleyError)) throw cause
      unread.push({ code: cause.code, room: room.slice(-64) })
    }
  }
  const candidates = deleted ? await deleteEach(data, listed, replacedDays) : listed
  return { json: { candidates, deleted, unread }, text: said(candidates, deleted, unread) }
}

/** The versions that were deleted: the host runs meanwhile, and a version may be wanted again by now. */
async function deleteEach(data: string, listed: readonly Candidate[], replacedDays: number): Promise<Candidate[]> {
  const deleted: Candidate[] = []
  for (const candidate of listed) {
    const room = join(data, "rooms", candidate.contract)
    if (!(await mayGo(room, new Date(), replacedDays, candidate.manifest))) continue
    await purgeVersion(room, candidate.manifest)
    deleted.push(candidate)
  }
  return deleted
}

function said(candidates: readonly Candidate[], deleted: boolean, unread: readonly { code: string; room: string }[]) {
  const rows = candidates.map(({ bytes, contract, dataset, reason, version }) => [
    contract.slice(0, 16),
    dataset,
    String(version),
    String(bytes),
    reason,
  ])
  const bytes = candidates.reduce((sum, candidate) => sum + candidate.bytes, 0)
  return [
    ...(rows.length === 0 ? [] : [table(["contract", "dataset", "version", "bytes", "why"], rows)]),
    `${deleted ? "deleted" : "would delete"} ${candidates.length} versions, ${bytes} bytes${deleted ? "" : "; give --yes"}`,
    ...unread.map(({ code, room }) => `left alone ${room.slice(0, 16)}: ${code}`),
  ].join("\n")
}
