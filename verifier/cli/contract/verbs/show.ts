import { Command } from "commander"
import { jsonOption, perform } from "../../outcome.ts"
import { readContract } from "../read-contract.ts"

/** `parley contract show`: a contract with line breaks. */
export function showCommand(): Command {
  return jsonOption(new Command("show"))
    .argument("<file>", "contract")
    .description("Print a contract with line breaks.")
    .addHelpText("after", "\nExample:\n  parley contract show room/contract.json")
    .action(
      perform(async (file: string) => {
        const [contract] = await readContract(file)
        return { json: contract, text: JSON.stringify(contract, null, 2) }
      }),
    )
}
