import { execFile } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { Command } from "commander"
import { ParleyError } from "../../shared/errors/index.ts"
import { readCapped, writeAtomically } from "../../verifier/cli/files.ts"
import { jsonOption, perform } from "../../verifier/cli/outcome.ts"
import { defaultConfig } from "../config/config.ts"

const MAKE_ROOT = fileURLToPath(new URL("../../attestation-fixtures/software-nsm/make-root.ts", import.meta.url))

/** `parley-host init`: an operator's folder. */
export function initCommand(): Command {
  return jsonOption(new Command("init"))
    .description("Set up an operator's folder: host.json, and with --simulated a throwaway root for tests.")
    .requiredOption("--data <dir>", "operator's folder")
    .option("--simulated", "make a SIMULATED root; the parties must accept it by its SHA-256, each on its own machine")
    .addHelpText("after", "\nExample:\n  parley-host init --data host-data --simulated")
    .action(perform(init))
}

async function init(options: { data: string; simulated?: boolean }) {
  const config = join(options.data, "host.json")
  if ((await readCapped(config, 64 * 1024)) !== null) throw new ParleyError("usage", `${config} is there already`)
  if (options.simulated !== true) {
    throw new ParleyError("contract-feature-unsupported", "this version starts SIMULATED enclaves only", {
      todo: "Give --simulated.",
    })
  }
  const { stdout } = await promisify(execFile)(process.execPath, [MAKE_ROOT, "--out", join(options.data, "root")])
  const root = /[0-9a-f]{64}/.exec(stdout)?.[0] ?? ""
  await writeAtomically(config, `${JSON.stringify(defaultConfig(), null, 2)}\n`)
  const text = [
    `${config}`,
    `SIMULATED root ${root}`,
    `give ${join(options.data, "root", "root.pem")} to the parties; never root.json, which is its key`,
  ]
  return { json: { config, root, simulated: true }, text: text.join("\n") }
}
