import { Command } from "commander"
import { jsonOption, type Outcome, perform } from "../../verifier/cli/outcome.ts"
import { backUp } from "../backup/backup.ts"
import type { BackupList } from "../backup/manifest.ts"
import { restore } from "../backup/restore.ts"

/** `parley-host backup`: a copy of the state that a host can go on from. */
export function backupCommand(): Command {
  return jsonOption(new Command("backup"))
    .argument("<dir>", "folder for the backup, empty or not there yet")
    .description("Copy the operator's folder, also while the host runs: rooms, admitted parties, host.json, root.")
    .requiredOption("--data <dir>", "operator's folder")
    .option("--without-ciphertext", "leave sealed parts out; their owners push them again after a restore")
    .addHelpText(
      "after",
      "\nUnfinished uploads are not in it, nor the TLS files that host.json names. The SIMULATED root's key is: keep it private.\n" +
        "\nExample:\n  parley-host backup /backups/monday --data host-data",
    )
    .action(
      perform(async (dir: string, { data, withoutCiphertext }: { data: string; withoutCiphertext?: boolean }) =>
        said("backed up", dir, await backUp(data, dir, withoutCiphertext !== true)),
      ),
    )
}

/** `parley-host restore`: an operator's folder from a backup. */
export function restoreCommand(): Command {
  return jsonOption(new Command("restore"))
    .argument("<dir>", "folder of the backup")
    .description("Make an operator's folder from a backup. Every file is held against the backup's digests.")
    .requiredOption("--data <dir>", "operator's folder to be made: empty or not there yet")
    .addHelpText(
      "after",
      "\nEnclaves are not in a backup, and their keys are gone: parties grant open proposals again.\n" +
        "\nExample:\n  parley-host restore /backups/monday --data host-data",
    )
    .action(
      perform(async (dir: string, { data }: { data: string }) => said("restored", data, await restore(dir, data))),
    )
}

function said(what: string, where: string, { ciphertext, createdAt, files }: BackupList): Outcome {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  const text = `${what} ${files.length} files, ${bytes} bytes, ${ciphertext ? "with" : "without"} ciphertext: ${where}`
  return { json: { bytes, ciphertext, createdAt, files: files.length }, text }
}
