import type { z } from "zod"
import { Contract } from "../../shared/contract/contract.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { parseCanonical } from "../../shared/json/canonical.ts"
import { Grant } from "../../shared/protocol/grant.ts"
import { Manifest } from "../../shared/protocol/manifest.ts"
import { Cancellation, Proposal } from "../../shared/protocol/proposal.ts"
import { Ending, Rejection } from "../../shared/protocol/statements.ts"
import { TokenShare } from "../../shared/protocol/token-share.ts"
import { ROOM } from "../../shared/room/layout.ts"
import { openJws, peekJwsUnverified } from "../../shared/signed/jws.ts"
import { keyId, type PublicJwk } from "../../shared/signed/keys.ts"
import { KINDS, type Kind } from "../../shared/signed/kinds.ts"

/** A signed object that is what its folder holds, with the party of the contract whose key has signed it. */
export interface PartyObject {
  readonly digest: string
  readonly kid: string
  readonly party: string
}

type Judge = (room: ContractRoom, bytes: Uint8Array) => Promise<PartyObject>

/** A room's contract and its digest. */
interface ContractRoom {
  readonly contract: Contract
  readonly digest: string
}

/** Folders that parties write into, with the judge of the kind that belongs there. Everything else is the host's own. */
const JUDGES: Readonly<Record<string, Judge>> = {
  [ROOM.cancellations]: signedBy("cancellation", Cancellation, ({ party }) => party),
  [ROOM.contractSignatures]: contractSignature,
  [ROOM.endings]: signedBy("ending", Ending, ({ party }) => party),
  [ROOM.grants]: signedBy("grant", Grant, ({ party }) => party),
  [ROOM.manifests]: signedBy("manifest", Manifest, ({ owner }) => owner),
  [ROOM.proposals]: signedBy("proposal", Proposal, ({ proposer }) => proposer),
  [ROOM.rejections]: signedBy("rejection", Rejection, ({ party }) => party),
  [ROOM.tokens]: signedBy("token", TokenShare, ({ issuer }) => issuer),
}

export const WRITABLE: readonly string[] = Object.keys(JUDGES)

/** Opens an object for a folder: its kind's own schema, under a key of the very party that it speaks for. */
export async function openPartyObject(room: ContractRoom, folder: string, bytes: Uint8Array): Promise<PartyObject> {
  const judge = JUDGES[folder]
  if (judge === undefined) throw new ParleyError("not-found", "no such place")
  return judge(room, bytes)
}

/** A manifest of this contract's room, signed by its owner. One that was copied here from another room is not its own. */
export async function openManifest(
  contract: Contract,
  digest: string,
  bytes: Uint8Array,
): Promise<{ digest: string; manifest: Manifest }> {
  const claimed = parseCanonical(peekJwsUnverified("manifest", bytes).payload, Manifest, KINDS.manifest.maxBytes)
  const opened = await openJws("manifest", bytes, Manifest, keysOf(contract, claimed.owner))
  if (claimed.contract !== digest) throw new ParleyError("contract-mismatch", "a manifest of another contract")
  return { digest: opened.digest, manifest: opened.payload }
}

/** Thumbprints of a party's signing keys. */
export function kidsOf(contract: Contract, party: string): ReadonlySet<string> {
  return new Set(keysOf(contract, party).map(keyId))
}

/** A party that signs in another's name would spend that one's quota, or fill the room with rubbish that stops everybody. */
function signedBy<S extends z.ZodType>(kind: Kind, schema: S, partyIn: (payload: z.output<S>) => string): Judge {
  return async ({ contract }, bytes) => {
    const party = partyIn(parseCanonical(peekJwsUnverified(kind, bytes).payload, schema, KINDS[kind].maxBytes))
    const { digest, kid } = await openJws(kind, bytes, schema, keysOf(contract, party))
    return { digest, kid, party }
  }
}

/**
 * A contract is signed by each of its parties: the signer is the party. Signatures under any other contract than the
 * room's own, or one that amends it, are rubbish that every reader would have to judge.
 */
async function contractSignature({ contract, digest: own }: ContractRoom, bytes: Uint8Array): Promise<PartyObject> {
  const { kid } = peekJwsUnverified("contract", bytes)
  const party = contract.parties.find(({ card }) => kidsOf(contract, card.name).has(kid))?.card.name ?? ""
  const { digest, payload } = await openJws("contract", bytes, Contract, keysOf(contract, party))
  if (digest !== own && payload.predecessor !== own)
    throw new ParleyError("contract-mismatch", "neither this room's contract nor an amendment of it")
  return { digest, kid, party }
}

/** None for a name that is no party: then no key is accepted. */
function keysOf({ parties }: Contract, party: string): readonly PublicJwk[] {
  return parties.find(({ card }) => card.name === party)?.card.signingKeys.map(({ jwk }) => jwk) ?? []
}
