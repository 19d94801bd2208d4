import type { Contract } from "../../shared/contract/contract.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { requireWithinBudget } from "./budget.ts"
import type { Ledger, LedgerEvent } from "./entry.ts"
import { type Consented, type Intention, requireWithinLimits } from "./limits.ts"
import { lineOf } from "./line.ts"

/** A grant that a receipt cites, and that a key of the ledger's home has signed. */
export interface CitedGrant {
  readonly grant: string
  readonly ledgerHead: string
  readonly sequence: number
}

/**
 * Throws when granting would break the owner's own word: two proposals of one sequence, a contract that an amendment
 * replaced, more runs, versions or sets of parameter values than the contract or a rule allows, more privacy than there
 * is in the budget. The same proposal may be granted again: to another boot, or to the same one when the grant made
 * before has expired. Whoever approves a colleague's grant keeps the same word.
 */
export function requireGrantable(ledger: Ledger, contract: Contract, intention: Intention): void {
  const consented = ledger.entries.flatMap(({ event }) => (isConsent(event) ? [event] : []))
  const own = consented.filter((event) => event.contract === intention.contract)
  const other = own.find(({ proposal, sequence }) => sequence === intention.sequence && proposal !== intention.proposal)
  if (other !== undefined) {
    throw new ParleyError(
      "grant-conflict",
      `sequence ${intention.sequence} was granted to proposal ${other.proposal.slice(0, 16)}`,
    )
  }
  requireNotSuperseded(ledger, intention.contract)
  requireWithinLimits(contract, { consented, intention, line: lineOf(ledger, contract, intention.contract) })
  requireWithinBudget(ledger, contract, intention.spend)
}

function isConsent(event: LedgerEvent): event is Consented {
  return event.event === "granted" || event.event === "grant-approved"
}

/** Judged under the ledger's lock: once an amendment is booked as in force, no grant under its predecessor slips in. */
function requireNotSuperseded(ledger: Ledger, contract: string): void {
  const superseded = ledger.entries.some(
    ({ event }) => event.event === "contract-superseded" && event.contract === contract,
  )
  if (superseded) throw new ParleyError("contract-superseded", "an amendment is in force in place of this contract")
}

/**
 * A home signs one amendment of a contract, and another one only when the first was given up: both could come into force.
 */
export function requireAmendable(
  ledger: Ledger,
  predecessor: string | null,
  amendment: string,
  givenUp: ReadonlySet<string>,
): void {
  requireOnlyAmendment(ledger, predecessor, amendment)
  const other = ledger.entries
    .flatMap(({ event }) => (event.event === "contract-signed" && event.predecessor !== null ? [event] : []))
    .find((event) => event.predecessor === predecessor && event.contract !== amendment && !givenUp.has(event.contract))
  if (other === undefined) return
  throw new ParleyError(
    "contract-superseded",
    `this home has signed another amendment of the same contract: ${other.contract}`,
    { todo: "Have a party reject or end that one in its room (`parley contract reject`), then sign this one." },
  )
}

/** A contract has one amendment: a second one beside that which is in force would fork spend and history. */
export function requireOnlyAmendment(ledger: Ledger, predecessor: string | null, amendment: string): void {
  const other = ledger.entries.some(
    ({ event }) =>
      event.event === "contract-superseded" && event.contract === predecessor && event.amendment !== amendment,
  )
  if (other) throw new ParleyError("contract-superseded", "another amendment of the same contract is in force")
}

/**
 * Throws when a receipt cites, or the room holds, a grant that a key of this home has signed and its ledger does not have, neither as
 * a grant made here nor as one approved here: the ledger was cut or copied.
 */
export function requireNotBehind(ledger: Ledger, { grant, ledgerHead, sequence }: CitedGrant): void {
  const approved = ledger.entries.some(({ event }) => event.event === "grant-approved" && event.grant === grant)
  if (approved || ledger.digests.includes(ledgerHead)) return
  throw new ParleyError(
    "ledger-behind",
    `a grant of sequence ${sequence}, signed with a key of this home, is not in this ledger`,
  )
}
