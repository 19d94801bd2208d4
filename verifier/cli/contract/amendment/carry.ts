import { join } from "node:path"
import type { ContractInForce } from "../../../../shared/contract/in-force.ts"
import { ROOM, signaturePath } from "../../../../shared/room/layout.ts"
import { peekJwsUnverified } from "../../../../shared/signed/jws.ts"
import { objectDigest } from "../../../../shared/signed/kinds.ts"
import { roomContractInForce, roomDraft, roomSignatures } from "../../../room/contract.ts"
import { readCapped, roomFolder, writeAtomically } from "../../files.ts"
import { isSetUp } from "../../home.ts"
import { knownRooms, rememberRoom } from "../../known-rooms.ts"
import { localLedger } from "../../ledger/book.ts"
import type { Room } from "../../room.ts"
import { passOver } from "../../runs/bundles.ts"
import { bookSuperseded } from "./booked.ts"
import { holdsHere, storedContract } from "./own.ts"

/**
 * Remembers where this room is. Once its contract is an amendment in force, books that the predecessor is over, and
 * carries the proof, the amendment's signatures, into the predecessor's room: whoever still works there learns of it.
 */
export async function carryAmendment(room: Room): Promise<void> {
  if (!(await isSetUp(room.home))) return
  const { contract, digest } = await roomDraft(room.files)
  await rememberRoom(room, contract, digest)
  if (contract.predecessor === null) return
  const amendment = await inForceHere(room)
  const before = await storedContract(room.home, contract.predecessor)
  if (amendment === null || !(await holdsHere(room.home, amendment, before, new Date()))) return
  if (!(await isOnlyAmendment(room, contract.predecessor, digest))) return
  await bookSuperseded(room.home, contract.predecessor, digest)
  // A folder that cannot be written keeps nobody from the amendment; its parties learn of it where they have signed.
  await copySignatures(room, digest, contract.predecessor).catch(passOver)
}

/** Beside another one that is in force, this one can be read and shown; whoever seals or grants in it is told. */
async function isOnlyAmendment({ home }: Room, predecessor: string, digest: string): Promise<boolean> {
  const { entries } = await localLedger(home)
  return !entries.some(
    ({ event }) =>
      event.event === "contract-superseded" && event.contract === predecessor && event.amendment !== digest,
  )
}

async function inForceHere(room: Room): Promise<ContractInForce | null> {
  return roomContractInForce(room.files).catch(passOver)
}

async function copySignatures(room: Room, digest: string, predecessor: string): Promise<void> {
  const old = (await knownRooms(room.home)).find(({ contract }) => contract === predecessor)
  if (old === undefined) return
  const bytes = await readCapped(join(old.folder, ROOM.contract), 2 ** 20).catch(() => null)
  if (bytes === null || objectDigest("contract", bytes) !== predecessor) return
  const there = new Set(await roomFolder(old.folder).list(ROOM.contractSignatures))
  for (const jws of await roomSignatures(room.files, digest)) {
    const path = signaturePath(ROOM.contractSignatures, digest, peekJwsUnverified("contract", jws).kid)
    const name = path.slice(ROOM.contractSignatures.length + 1)
    if (!there.has(name)) await writeAtomically(join(old.folder, path), jws)
  }
}
