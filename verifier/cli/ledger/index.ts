import { Command } from "commander"
import { homeAt } from "../home.ts"
import { jsonOption, perform } from "../outcome.ts"
import { homeOption } from "../room.ts"
import { table } from "../table.ts"
import { localLedger } from "./book.ts"

/** `parley ledger`: what this party has signed, verified and granted. */
export function ledgerCommand(): Command {
  return new Command("ledger")
    .description("Show and verify this party's own ledger: append-only, chained, booked before a grant leaves.")
    .addCommand(ledgerSub("show", "Show every entry.", true))
    .addCommand(ledgerSub("verify", "Verify the chain and print its head.", false))
}

function ledgerSub(name: string, description: string, withEntries: boolean): Command {
  return homeOption(jsonOption(new Command(name)))
    .description(description)
    .addHelpText("after", `\nExample:\n  parley ledger ${name}`)
    .action(
      perform(async (options: { home?: string }) => {
        const { digests, entries, head } = await localLedger(homeAt(options.home))
        const rows = entries.map(({ at, event, index }) => [
          String(index),
          at,
          event.event,
          subject(event),
          (digests[index] ?? "").slice(0, 16),
        ])
        const summary = `${entries.length} entries, head ${head}`
        const text =
          withEntries && rows.length > 0 ? `${table(["#", "at", "event", "of", "digest"], rows)}\n${summary}` : summary
        return { json: { count: entries.length, head, ...(withEntries ? { entries } : {}) }, text }
      }),
    )
}

function subject(event: { readonly event: string; readonly proposal?: string; readonly contract?: string }): string {
  return (event.proposal ?? event.contract ?? "").slice(0, 16)
}
