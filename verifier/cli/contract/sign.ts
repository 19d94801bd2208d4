import { join } from "node:path"
import type { Contract } from "../../../shared/contract/contract.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { ROOM, signaturePath } from "../../../shared/room/layout.ts"
import { signJwsBytes } from "../../../shared/signed/jws.ts"
import { keyId, publicPart } from "../../../shared/signed/keys.ts"
import { anchorOf } from "../../attestation/anchor.ts"
import { roomDraft } from "../../room/contract.ts"
import { requireKnownCards } from "../cards.ts"
import { judgeLocally } from "../engine/judge.ts"
import { writeAtomically } from "../files.ts"
import { localParty } from "../home.ts"
import { localKey } from "../keys.ts"
import { book } from "../ledger/book.ts"
import type { Room } from "../room.ts"

/**
 * Signs the room's contract. Before that: every card is the confirmed one, the root is accepted on this machine, every
 * query passes the judge, and this party's key is one that the contract lists.
 */
export async function signContract(
  room: Room,
  kid: string | undefined,
  acceptedRoots: readonly string[],
): Promise<string> {
  const { bytes, contract, digest } = await roomDraft(room.files)
  const { name } = await localParty(room.home)
  await requireKnownCards(
    room.home,
    contract.parties.map(({ card }) => card),
  )
  anchorOf(contract, acceptedRoots)
  await judgeLocally(contract)
  const key = await localKey(room.home, "sign", kid)
  requireListed(contract, name, keyId(publicPart(key.jwk)))
  await book(room.home, { contract: digest, event: "contract-signed", predecessor: contract.predecessor })
  const jws = await signJwsBytes("contract", bytes, key.jwk)
  const path = signaturePath(ROOM.contractSignatures, digest, keyId(publicPart(key.jwk)))
  await writeAtomically(join(room.folder, path), jws)
  return digest
}

function requireListed({ parties }: Contract, name: string, kid: string): void {
  const party = parties.find(({ card }) => card.name === name)
  if (party === undefined) throw new ParleyError("party-unknown", `${name} is no party of this contract`)
  if (!party.approvals.contract.keys.includes(kid)) {
    throw new ParleyError("jws-unknown-key", `this key is not among those of ${name} that approve the contract`)
  }
}
