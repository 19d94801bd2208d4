import { Command } from "commander"
import { homeAt, localParty } from "../home.ts"
import { localLedger } from "../ledger/book.ts"
import { jsonOption, type Outcome, perform } from "../outcome.ts"
import { homeOption } from "../room.ts"
import { table } from "../table.ts"
import { type BudgetStatement, budgetStatements } from "./statement.ts"

const HEADER = ["dataset", "grants paid", "rho spent", "epsilon", "of", "at delta", "what is left"] as const

/** `parley budget`: what private results have cost this party's own data. */
export function budgetCommand(): Command {
  return new Command("budget")
    .description("Show what differentially private results have cost this party's own data, over all contracts.")
    .addCommand(
      homeOption(jsonOption(new Command("show")))
        .description("Show spent and left privacy budget of every dataset, by its lineage.")
        .addHelpText("after", "\nExample:\n  parley budget show")
        .action(perform(show)),
    )
}

async function show(options: { home?: string }): Promise<Outcome> {
  const home = homeAt(options.home)
  const { name } = await localParty(home)
  const statements = await budgetStatements(home, await localLedger(home), name)
  if (statements.length === 0) {
    return { json: { datasets: [] }, text: "no contract that this home has signed gives its data a privacy budget" }
  }
  return { json: { datasets: statements }, text: table(HEADER, statements.map(cells)) }
}

function cells(statement: BudgetStatement): readonly string[] {
  const { budget, charges, dataset, left, lineage, spentEpsilon, spentRho } = statement
  const runs = left.map(({ query, runs: count }) => `${count} x ${query}`).join(" or ")
  const ends = [spentEpsilon ?? "?", budget?.epsilon ?? "?", budget?.delta ?? "?"]
  return [dataset ?? lineage, String(charges), spentRho, ...ends, runs]
}
