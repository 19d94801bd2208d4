import type { Contract } from "../../../../shared/contract/contract.ts"
import { type ContractInForce, requireValidAt } from "../../../../shared/contract/in-force.ts"
import { ParleyError } from "../../../../shared/errors/index.ts"
import { cardDigest, knownCard } from "../../cards.ts"
import { type Home, localParty } from "../../home.ts"
import { localLedger } from "../../ledger/book.ts"
import { passOver } from "../../runs/bundles.ts"

/**
 * Whether an amendment that every party has signed holds for this one: its validity has begun, and this home has signed
 * it, or it pins this party's own card. Then the party's own keys are among those that signed, and whoever held them had
 * compared the other cards with the address book: strangers cannot amend a contract away under borrowed names.
 */
export async function holdsHere(home: Home, { contract, digest }: ContractInForce, now: Date): Promise<boolean> {
  return begun(contract, now) && ((await signedHere(home, digest)) || (await pinsOwnCard(home, contract)))
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

async function pinsOwnCard(home: Home, { parties }: Contract): Promise<boolean> {
  const { name } = await localParty(home)
  const pinned = parties.find(({ card }) => card.name === name)
  const known = await knownCard(home, name).catch(passOver)
  return pinned !== undefined && known !== null && cardDigest(pinned.card) === cardDigest(known)
}
