import { readdir } from "node:fs/promises"
import { join } from "node:path"
import { Command } from "commander"
import { ParleyError } from "../../../shared/errors/index.ts"
import { MAX_BUNDLE_BYTES } from "../../../shared/protocol/bundle.ts"
import { type History, histories } from "../../receipt/history.ts"
import { type VerifiedReceipt, verifyBundle } from "../../receipt/verify.ts"
import { io, readRequired } from "../files.ts"
import { jsonOption, type Outcome, perform } from "../outcome.ts"
import { table } from "../table.ts"

interface Options {
  readonly acceptSimulatedRoot?: readonly string[]
}

interface Rejected {
  readonly file: string
  readonly code: string
}

/** `parley audit`: every bundle under a folder, together. */
export function auditCommand(): Command {
  return jsonOption(new Command("audit"))
    .argument("<dir>", "folder with bundles, searched through")
    .description("Verify every receipt bundle under a folder and reconstruct the history: order, gaps, forks.")
    .option("--accept-simulated-root <sha256...>", "accept a root that is not AWS's on this machine, for tests only")
    .addHelpText("after", "\nExample:\n  parley audit room")
    .action(perform(audit))
}

async function audit(folder: string, options: Options): Promise<Outcome> {
  const entries = await io(folder, () => readdir(folder, { recursive: true, withFileTypes: true }))
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".bundle.json"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  if (files.length === 0) throw new ParleyError("file-missing", `no *.bundle.json under ${folder}: nothing was audited`)
  const receipts: VerifiedReceipt[] = []
  const rejected: Rejected[] = []
  for (const file of files) {
    try {
      receipts.push(
        await verifyBundle({
          acceptedRoots: options.acceptSimulatedRoot ?? [],
          bytes: await readRequired(file, MAX_BUNDLE_BYTES),
        }),
      )
    } catch (cause) {
      if (!(cause instanceof ParleyError)) throw cause
      rejected.push({ code: cause.code, file })
    }
  }
  const found = histories(receipts)
  const clean = rejected.length === 0 && found.every(({ findings }) => findings.length === 0)
  const json = {
    accepted: receipts.length,
    examined: files.length,
    histories: found,
    rejected,
    unchecked: UNCHECKED,
    verdict: clean ? "accepted" : "rejected",
  }
  return { exit: clean ? 0 : 10, json, text: report(found, rejected, files.length) }
}

const UNCHECKED = [
  "runs whose receipts are not under this folder",
  "the parties' ledgers",
  "independent time",
  "that the signing keys belong to the parties",
] as const

function report(found: readonly History[], rejected: readonly Rejected[], examined: number): string {
  const blocks = found.map(({ contract, findings, runs, title }) => {
    const rows = runs.map((run) => [
      String(run.sequence),
      run.issuedAt,
      run.query,
      run.recipients.join(", "),
      run.receipt.slice(0, 16),
      run.simulated ? "SIMULATED" : "",
    ])
    const lines =
      findings.length === 0
        ? ["no gap, no fork, no repeat among these"]
        : findings.map((finding) => `FINDING ${finding}`)
    return [
      `${title}, contract ${contract}`,
      table(["sequence", "issued", "query", "to", "receipt", ""], rows),
      ...lines,
    ].join("\n")
  })
  return [
    `${examined} bundles examined, ${examined - rejected.length} verified, ${rejected.length} rejected`,
    ...rejected.map(({ code, file }) => `rejected[${code}] ${file}`),
    ...blocks,
    `not checked: ${UNCHECKED.join("; ")}`,
  ].join("\n")
}
