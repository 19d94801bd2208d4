import type { Contract } from "../../shared/contract/contract.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import type { Ledger, LedgerEvent } from "./entry.ts"

type Granted = Extract<LedgerEvent, { event: "granted" }>
type Approved = Extract<LedgerEvent, { event: "grant-approved" }>

/** What a party is about to grant, or to approve. */
export type Intention = Omit<Granted, "event">

/** A grant that a receipt cites, and that a key of the ledger's home has signed. */
export interface CitedGrant {
  readonly grant: string
  readonly ledgerHead: string
  readonly sequence: number
}

/**
 * Throws when granting would break the owner's own word: two proposals of one sequence, a contract that an amendment
 * replaced, more runs or versions than the contract allows. The same proposal may be granted again: to another boot, or
 * to the same one when the grant made before has expired. Whoever approves a colleague's grant keeps the same word.
 */
export function requireGrantable(ledger: Ledger, contract: Contract, intention: Intention): void {
  const granted = ledger.entries.flatMap(({ event }) => (isConsent(event) ? [event] : []))
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

function isConsent(event: LedgerEvent): event is Granted | Approved {
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
 * The contract with all that leads to it by amendment, and all that leads from there: two amendments of one contract
 * share its runs. As far as the contract itself, what was signed, and what took another's place name them.
 */
function lineOf(ledger: Ledger, { predecessor }: Contract, contract: string): ReadonlySet<string> {
  const links = ledger.entries.flatMap(({ event }) => {
    if (event.event === "contract-signed") return [[event.contract, event.predecessor] as const]
    return event.event === "contract-superseded" ? [[event.amendment, event.contract] as const] : []
  })
  const line = new Set(predecessor === null ? [contract] : [contract, predecessor])
  for (let before = 0; before < line.size; ) {
    before = line.size
    for (const [after, first] of links) {
      if (first !== null && (line.has(after) || line.has(first))) line.add(after).add(first)
    }
  }
  return line
}

/** Runs are counted over the whole line: otherwise an amendment that changes a comma buys all the runs again. */
function requireRuns(
  granted: readonly (Granted | Approved)[],
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
function requireVersions(granted: readonly (Granted | Approved)[], { limits }: Contract, intention: Intention): void {
  for (const { dataset, lineage } of intention.manifests) {
    const used = [...granted.flatMap(({ manifests }) => manifests), ...intention.manifests].filter(
      (m) => m.lineage === lineage,
    )
    if (new Set(used.map(({ manifest }) => manifest)).size > limits.versionsPerDataset) {
      throw new ParleyError("limit-reached", `${dataset}: ${limits.versionsPerDataset} versions are used up`)
    }
  }
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
