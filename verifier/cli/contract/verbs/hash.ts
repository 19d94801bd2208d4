import { Command } from "commander"
import { objectDigest } from "../../../../shared/signed/kinds.ts"
import { jsonOption, perform } from "../../outcome.ts"
import { readContract } from "../read-contract.ts"

/** `parley contract hash`: a contract's identity. */
export function hashCommand(): Command {
  return jsonOption(new Command("hash"))
    .argument("<file>", "contract")
    .description("Print a contract's digest, to compare by voice.")
    .addHelpText("after", "\nExample:\n  parley contract hash room/contract.json")
    .action(
      perform(async (file: string) => {
        const [, bytes] = await readContract(file)
        const digest = objectDigest("contract", bytes)
        return { json: { digest }, text: digest }
      }),
    )
}
