import { Command } from "commander"
import { numberOption, PEOPLE } from "../../number-option.ts"
import { jsonOption, perform } from "../../outcome.ts"
import { dryRun } from "../dry-run/dry-run.ts"

/** `parley contract dry-run`: what a contract would release, on made-up rows. */
export function dryRunCommand(): Command {
  return jsonOption(new Command("dry-run"))
    .argument("<file>", "contract")
    .description(
      "Run a contract's queries on SYNTHETIC rows, so that everybody sees what would leave before any key moves.",
    )
    .option(
      "--people <count>",
      "synthetic persons, of whom each dataset has seven in ten",
      numberOption("--people", PEOPLE),
      20_000,
    )
    .option("--query <name>", "this query alone")
    .option(
      "--param <name=value...>",
      "values of parameters; others get the middle of their range, or the first value",
      [],
    )
    .addHelpText("after", HELP)
    .action(perform(dryRun))
}

const HELP = `
The rows are made from the schema and declared domains alone, spread evenly, on this machine. Judge, rewriting, engine
and gate are those of the enclave. What is withheld and how long it takes depend on how many people there are: real data
are not spread evenly.

Example:
  parley contract dry-run room/contract.json --people 100000`
