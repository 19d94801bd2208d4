import type { Contract } from "../../../../shared/contract/contract.ts"
import { type ContractInForce, parseContract, requireValidAt } from "../../../../shared/contract/in-force.ts"
import type { ContractParty } from "../../../../shared/contract/party.ts"
import { ParleyError } from "../../../../shared/errors/index.ts"
import { KINDS, objectDigest } from "../../../../shared/signed/kinds.ts"
import { cardDigest, knownCard } from "../../cards.ts"
import { readCapped } from "../../files.ts"
import { type Home, inHome } from "../../home.ts"
import { localLedger } from "../../ledger/book.ts"
import { passOver } from "../../runs/bundles.ts"

/**
 * Whether an amendment that every party has signed holds for this one: its validity has begun, and this home has signed
 * it, or as many keys of every party have as the predecessor asked for, of those that it listed. An amendment sets its
 * own approvals: by them alone, one stolen key of two and invented cards would amend a contract away.
 */
export async function holdsHere(
  home: Home,
  amendment: ContractInForce,
  predecessor: Contract | null,
  now: Date,
): Promise<boolean> {
  if (!begun(amendment.contract, now)) return false
  if (await signedHere(home, amendment.digest)) return true
  return predecessor !== null && (await approvedByAll(home, amendment, predecessor))
}

/** A contract that this home has signed; null when it has not. */
export async function storedContract(home: Home, digest: string): Promise<Contract | null> {
  const bytes = await readCapped(inHome(home, "contracts", `${digest}.json`), KINDS.contract.maxBytes)
  return bytes !== null && objectDigest("contract", bytes) === digest ? parseContract(bytes) : null
}

async function approvedByAll(home: Home, amendment: ContractInForce, { parties }: Contract): Promise<boolean> {
  for (const before of parties) {
    if (!(await approvedBy(home, amendment, before))) return false
  }
  return true
}

async function approvedBy(home: Home, { byParty, contract }: ContractInForce, before: ContractParty): Promise<boolean> {
  const { name } = before.card
  const now = contract.parties.find(({ card }) => card.name === name)
  const signed = byParty.find(({ party }) => party === name)?.signed ?? []
  if (now === undefined) return false
  const { keys, required } = before.approvals.contract
  const counted = (await isConfirmedAnew(home, now, before)) ? signed : signed.filter((kid) => keys.includes(kid))
  return counted.length >= required
}

/** A party whose keys have changed since signs with those on the card that somebody here has compared. */
async function isConfirmedAnew(home: Home, now: ContractParty, before: ContractParty): Promise<boolean> {
  if (cardDigest(now.card) === cardDigest(before.card)) return false
  const known = await knownCard(home, now.card.name).catch(passOver)
  return known !== null && cardDigest(now.card) === cardDigest(known)
}

async function signedHere(home: Home, digest: string): Promise<boolean> {
  const { entries } = await localLedger(home)
  return entries.some(({ event }) => event.event === "contract-signed" && event.contract === digest)
}

/** A contract that is over goes on standing in its predecessor's place: ending an amendment does not revive that. */
function begun(contract: Contract, now: Date): boolean {
  try {
    requireValidAt(contract, now)
    return true
  } catch (cause) {
    if (!(cause instanceof ParleyError)) throw cause
    return cause.code === "contract-expired"
  }
}
