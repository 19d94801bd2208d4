import { Command } from "commander"
import { KINDS } from "../../shared/signed/kinds.ts"
import { fingerprint, openCard } from "../../verifier/cli/cards.ts"
import { readRequired } from "../../verifier/cli/files.ts"
import { jsonOption, perform } from "../../verifier/cli/outcome.ts"
import { Admissions } from "../config/admissions.ts"

/** `parley-host admit`: lets a party use this host. */
export function admitCommand(): Command {
  return jsonOption(new Command("admit"))
    .argument("<card>", "the party's card, from `parley party export`")
    .description("Let a party use this host. A running host sees it at once.")
    .requiredOption("--data <dir>", "operator's folder")
    .addHelpText("after", "\nExample:\n  parley-host admit bank.card.json --data host-data")
    .action(
      perform(async (file: string, options: { data: string }) => {
        const card = await openCard(await readRequired(file, 2 * KINDS.card.maxBytes))
        await new Admissions(options.data).admit(card)
        return {
          json: { fingerprint: fingerprint(card), party: card.name },
          text: `admitted ${card.name}, fingerprint ${fingerprint(card)}`,
        }
      }),
    )
}
