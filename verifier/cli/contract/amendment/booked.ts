import type { Home } from "../../home.ts"
import { book, localLedger } from "../../ledger/book.ts"

/** Books once that an amendment is in force: from this entry on the ledger's rules let nothing pass under the predecessor. */
export async function bookSuperseded(home: Home, contract: string, amendment: string): Promise<void> {
  const { entries } = await localLedger(home)
  const known = entries.some(({ event }) => event.event === "contract-superseded" && event.contract === contract)
  if (!known) await book(home, { amendment, contract, event: "contract-superseded" })
}
