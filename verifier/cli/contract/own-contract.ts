import { approvalKeys, type ContractInForce, partyOf } from "../../../shared/contract/in-force.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { keyId, publicPart } from "../../../shared/signed/keys.ts"
import { requireKnownCards } from "../cards.ts"
import { type Home, localParty } from "../home.ts"
import { localKeys } from "../keys.ts"
import { localLedger } from "../ledger/book.ts"
import type { Room } from "../room.ts"
import { bookSuperseded } from "./amendment/booked.ts"
import { requireNotSuperseded } from "./amendment/find.ts"

/**
 * Asked before anything is sealed, proposed, granted or approved (CON-7). Whoever carries the room can put in another
 * contract with signatures of its own, which lists an invented key beside this party's true card, and strangers under
 * the other parties' names. So every card is the confirmed one, and the contract is one that this home has signed.
 */
export async function requireOwnContract(room: Room, inForce: ContractInForce): Promise<void> {
  const { contract, digest } = inForce
  await requireKnownCards(
    room.home,
    contract.parties.map(({ card }) => card),
  )
  await requireSignedHere(room.home, inForce)
  await requireNotSuperseded(room, { contract, digest })
  // Booked by a home that only grants too: under a second amendment of the same contract it then grants nothing.
  if (contract.predecessor !== null) await bookSuperseded(room.home, contract.predecessor, digest)
}

/**
 * A home whose keys the contract lists for grants alone has no say in it, and relies on its party's contract keys: all
 * of them are on confirmed cards. A home that signs contracts takes none that it has not signed, also where a thief of
 * another key of its party has left its own key out.
 */
async function requireSignedHere(home: Home, { byParty, contract, digest }: ContractInForce): Promise<void> {
  const { name } = await localParty(home)
  const signed = (await localLedger(home)).entries.flatMap(({ event }) =>
    event.event === "contract-signed" ? [event.contract] : [],
  )
  if (signed.includes(digest)) return
  const own = new Set((await localKeys(home)).map(({ jwk }) => keyId(publicPart(jwk))))
  const signers = byParty.find(({ party }) => party === name)?.signed ?? []
  if (signers.some((kid) => own.has(kid))) {
    throw new ParleyError(
      "ledger-behind",
      "a key of this home has signed the contract, and its ledger does not have that",
    )
  }
  const listed = approvalKeys(partyOf(contract, name), "contract").some((key) => own.has(keyId(key)))
  if (!listed && signed.length === 0) return
  throw new ParleyError("contract-signature-missing", `waiting for: ${name} (sign, in this home)`, {
    todo: listed
      ? "Read the contract, then run `parley contract sign` in this home: the room's word for it is not enough."
      : "This home signs contracts, and this one does not list its keys for that. Ask whoever drafted it why.",
  })
}
