import type { Contract } from "../../shared/contract/contract.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import type { Receipt } from "../../shared/protocol/receipt.ts"
import type { Ledger, LedgerEvent } from "./entry.ts"

type Granted = Extract<LedgerEvent, { event: "granted" }>

/** What a party is about to grant. */
export type Intention = Omit<Granted, "event">

/**
 * Throws when granting would break the owner's own word: two proposals of one sequence, a contract that an amendment
 * replaced, more runs or versions than the contract allows. The same proposal may be granted again: to another boot, or
 * to the same one when the grant made before has expired.
 */
export function requireGrantable(ledger: Ledger, contract: Contract, intention: Intention): void {
  const granted = ledger.entries.flatMap(({ event }) => (event.event === "granted" ? [event] : []))
  const own = granted.filter((event) => event.contract === intention.contract)
  const other = own.find(({ proposal, sequence }) => sequence === intention.sequence && proposal !== intention.proposal)
  if (other !== undefined) {
    throw new ParleyError(
      "grant-conflict",
      `sequence ${intention.sequence} was granted to proposal ${other.proposal.slice(0, 16)}`,
    )
  }
  requireNotSuperseded(ledger, intention.contract)
  requireRuns(granted, lineOf(ledger, contract, intention.contract), contract, intention)
  requireVersions(granted, contract, intention)
}

/** Once this party has signed an amendment, the predecessor is over for it. */
export function requireNotSuperseded(ledger: Ledger, contract: string): void {
  const amended = ledger.entries.some(
    ({ event }) => event.event === "contract-signed" && event.predecessor === contract,
  )
  if (amended) throw new ParleyError("contract-superseded", "this party has signed an amendment of this contract")
}

/** The contract and its predecessors, as far as the ledger and the contract itself name them. */
function lineOf(ledger: Ledger, { predecessor }: Contract, contract: string): ReadonlySet<string> {
  const signed = ledger.entries.flatMap(({ event }) => (event.event === "contract-signed" ? [event] : []))
  const before = new Map(signed.map((event) => [event.contract, event.predecessor]))
  const line = new Set([contract])
  for (let next = predecessor; next !== null && !line.has(next); next = before.get(next) ?? null) line.add(next)
  return line
}

/** Runs are counted over the predecessors too: otherwise an amendment that changes a comma buys all the runs again. */
function requireRuns(
  granted: readonly Granted[],
  line: ReadonlySet<string>,
  { limits }: Contract,
  { proposal }: Intention,
): void {
  const counted = granted.filter(({ contract }) => line.has(contract))
  const proposals = new Set([...counted.map((event) => event.proposal), proposal])
  if (proposals.size > limits.runs) throw new ParleyError("limit-reached", `${limits.runs} runs are used up`)
}

/**
 * Versions are counted by the data's lineage, across contracts and amendments, so that neither resets the count. They
 * are counted for every dataset of the proposal: an owner that brings its data in ever new versions, to see what
 * changes, is stopped by the others, since its own ledger binds only itself.
 */
function requireVersions(granted: readonly Granted[], { limits }: Contract, intention: Intention): void {
  for (const { dataset, lineage } of intention.manifests) {
    const used = [...granted.flatMap(({ manifests }) => manifests), ...intention.manifests].filter(
      (m) => m.lineage === lineage,
    )
    if (new Set(used.map(({ manifest }) => manifest)).size > limits.versionsPerDataset) {
      throw new ParleyError("limit-reached", `${dataset}: ${limits.versionsPerDataset} versions are used up`)
    }
  }
}

/** Throws when a receipt cites a grant by this party at a ledger head that this ledger does not have: it was cut or copied. */
export function requireNotBehind(ledger: Ledger, party: string, { predicate }: Receipt): void {
  const cited = predicate.ledgerHeads.find((head) => head.party === party)
  if (cited !== undefined && !ledger.digests.includes(cited.digest)) {
    throw new ParleyError(
      "ledger-behind",
      `the receipt of sequence ${predicate.sequence} cites a head that is not in this ledger`,
    )
  }
}
