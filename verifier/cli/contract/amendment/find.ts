import type { ContractInForce } from "../../../../shared/contract/in-force.ts"
import { ParleyError } from "../../../../shared/errors/index.ts"
import { roomAmendments } from "../../../room/amendments.ts"
import { roomContractInForce } from "../../../room/contract.ts"
import type { NamedContract } from "../../../room/objects.ts"
import { roomFolder } from "../../files.ts"
import { isSetUp } from "../../home.ts"
import { type KnownRoom, knownRooms } from "../../known-rooms.ts"
import { localLedger } from "../../ledger/book.ts"
import { pullRoom } from "../../remote/sync.ts"
import type { Room } from "../../room.ts"
import { bookSuperseded } from "./booked.ts"
import { holdsHere } from "./own.ts"

/**
 * Throws `contract-superseded` once an amendment of the room's contract is in force, and says where that is. A party
 * that has only signed an amendment goes on under the predecessor: the others may never sign.
 */
export async function requireNotSuperseded(room: Room, named: NamedContract): Promise<void> {
  const amendment = await amendmentOf(room, named, new Date())
  if (amendment === null) return
  await bookSuperseded(room.home, named.digest, amendment)
  throw new ParleyError("contract-superseded", `the amendment ${amendment} is in force in place of this contract`, {
    todo: await whereTo(room, amendment),
  })
}

/** Digest of the amendment that is in force in place of a contract, as far as this home and this room can know. */
export async function amendmentOf(room: Room, { contract, digest }: NamedContract, now: Date): Promise<string | null> {
  if (!(await isSetUp(room.home))) return null
  const { entries } = await localLedger(room.home)
  for (const { event } of entries) {
    if (event.event === "contract-superseded" && event.contract === digest) return event.amendment
  }
  for (const amendment of await candidates(room, digest)) {
    if (await holdsHere(room.home, amendment, contract, now)) return amendment.digest
  }
  return null
}

/** Amendments whose signatures lie in this room, and those in the rooms in which this home has signed one. */
async function candidates(room: Room, digest: string): Promise<readonly ContractInForce[]> {
  const elsewhere = (await knownRooms(room.home)).filter(({ predecessor }) => predecessor === digest)
  const found = await Promise.all(elsewhere.map((known) => inForceThere(room, known)))
  return [...(await roomAmendments(room.files, digest)), ...found.filter((one) => one !== null)]
}

/** Null when that room is gone, its host does not answer, or somebody has not signed there. */
async function inForceThere(room: Room, { contract, folder, host }: KnownRoom): Promise<ContractInForce | null> {
  const url = host === null ? null : new URL(host)
  const there: Room = { files: roomFolder(folder), folder, home: room.home, host: url }
  try {
    if (url !== null && room.host !== null) await pullRoom(there, url, contract)
    const found = await roomContractInForce(there.files)
    return found.digest === contract ? found : null
  } catch (cause) {
    if (cause instanceof ParleyError) return null
    throw cause
  }
}

async function whereTo({ home, host }: Room, amendment: string): Promise<string> {
  const known = (await knownRooms(home)).find(({ contract }) => contract === amendment)
  if (known !== undefined) return `Work in the amendment's room: --room ${known.folder}`
  const from = host === null ? "Get the amendment's room from the other parties" : "Fetch the amendment's room"
  const how = host === null ? "" : ` with \`parley contract pull ${amendment} --room NEW --host ${host.origin}\``
  return `${from}${how}, and work there.`
}
