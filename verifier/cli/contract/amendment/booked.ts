import { requireOnlyAmendment } from "../../../ledger/rules.ts"
import type { Home } from "../../home.ts"
import { book, localLedger } from "../../ledger/book.ts"

/**
 * Books once that an amendment is in force: from this entry on the ledger's rules let nothing pass under the predecessor.
 * Throws `contract-superseded` where another amendment of it has come before: two, each in force by itself, would each
 * have the runs that the parties agreed on once.
 */
export async function bookSuperseded(home: Home, contract: string, amendment: string): Promise<void> {
  const { entries } = await localLedger(home)
  const known = entries.some(
    ({ event }) =>
      event.event === "contract-superseded" && event.contract === contract && event.amendment === amendment,
  )
  if (known) return
  await book(home, { amendment, contract, event: "contract-superseded" }, (ledger) =>
    requireOnlyAmendment(ledger, contract, amendment),
  )
}
