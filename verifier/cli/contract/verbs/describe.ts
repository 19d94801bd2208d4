import { Command } from "commander"
import { writeAtomically } from "../../files.ts"
import { homeAt, localParty } from "../../home.ts"
import { jsonOption, perform } from "../../outcome.ts"
import { homeOption } from "../../room.ts"
import { describeFile } from "../describe.ts"

interface Options {
  readonly home?: string
  readonly input: string
  readonly dataset: string
  readonly identity: string
  readonly tokenSpec: string
  readonly out: string
}

/** `parley contract describe`: an owner's own file as a proposal for its dataset. */
export function describeCommand(): Command {
  return homeOption(jsonOption(new Command("describe")))
    .description(
      "Propose this party's dataset from the header and values of its own file. Nothing but the proposal leaves.",
    )
    .requiredOption("--input <file>", "CSV or Parquet")
    .requiredOption("--dataset <name>", "name of the dataset in the contract")
    .requiredOption("--identity <column>", "column that identifies a person")
    .option("--token-spec <name>", "token spec of the contract", "identities")
    .requiredOption("--out <file>", "where to write the proposal; edit it, then give it to whoever drafts the contract")
    .addHelpText(
      "after",
      "\nExample:\n  parley contract describe --input accounts.csv --dataset accounts --identity customer --out accounts.dataset.json",
    )
    .action(perform(describe))
}

async function describe(options: Options) {
  const { name } = await localParty(homeAt(options.home))
  const { dataset, guesses } = await describeFile({
    file: options.input,
    identity: options.identity,
    name: options.dataset,
    owner: name,
    purposes: ["to-be-agreed"],
    recipients: [name],
    tokenSpec: options.tokenSpec,
  })
  await writeAtomically(options.out, `${JSON.stringify(dataset, null, 2)}\n`)
  const text = [
    `${options.out}: ${dataset.columns.length} columns, at most ${dataset.maxRowsPerIdentity} rows per identity`,
    "look at:",
    ...guesses.map((guess) => `  ${guess}`),
  ]
  return { json: { dataset: dataset.name, file: options.out, guesses }, text: text.join("\n") }
}
