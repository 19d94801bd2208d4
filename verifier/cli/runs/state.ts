import type { ContractInForce } from "../../../shared/contract/in-force.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { partyKeys, requiredGranters } from "../../../shared/protocol/granters.ts"
import type { Proposal } from "../../../shared/protocol/proposal.ts"
import type { Refusal } from "../../../shared/protocol/receipt.ts"
import { Ending } from "../../../shared/protocol/statements.ts"
import { ROOM } from "../../../shared/room/layout.ts"
import { openJws } from "../../../shared/signed/jws.ts"
import {
  type RoomGrant,
  type RoomObject,
  roomBundle,
  roomCancellations,
  roomGrants,
  roomProposals,
  roomRefusals,
} from "../../room/objects.ts"
import { signatureFiles } from "../../room/signatures.ts"
import { knownEnclaveKeys } from "../enclave/known-keys.ts"
import type { Room } from "../room.ts"

export type RunState = "cancelled" | "granted" | "proposed" | "refused" | "released"

/** Where one proposal stands. */
export interface RunStatus {
  readonly proposal: RoomObject<Proposal>
  readonly state: RunState
  readonly grants: readonly RoomGrant[]
  /** "bank (grant)" for every party that has not granted. */
  readonly waitingFor: readonly string[]
  readonly refusal: Refusal | null
}

/** The states of all proposals in a room, by sequence. */
export async function runStatuses(room: Room, inForce: ContractInForce): Promise<readonly RunStatus[]> {
  const { objects: proposals } = await roomProposals(room.files, inForce)
  const { objects: grants } = await roomGrants(room.files, inForce)
  const { objects: cancellations } = await roomCancellations(room.files, inForce)
  const { objects: refusals } = await roomRefusals(room.files, inForce, await knownEnclaveKeys(room.home))
  const statuses: RunStatus[] = []
  for (const proposal of unique(proposals)) {
    const own = grants.filter(({ grant }) => grant.proposal === proposal.digest)
    const granted = new Set(own.filter(({ complete }) => complete).map(({ grant }) => grant.party))
    const missing = requiredGranters(inForce.contract).filter((party) => !granted.has(party))
    const refusal = refusals.find(({ payload }) => payload.proposal === proposal.digest)?.payload ?? null
    const cancelled = cancellations.some(
      ({ payload }) => payload.proposal === proposal.digest && payload.party === proposal.payload.proposer,
    )
    const released = (await roomBundle(room.files, proposal.digest)) !== null
    const state = released
      ? "released"
      : cancelled
        ? "cancelled"
        : refusal !== null
          ? "refused"
          : missing.length === 0
            ? "granted"
            : "proposed"
    statuses.push({ grants: own, proposal, refusal, state, waitingFor: missing.map((party) => `${party} (grant)`) })
  }
  return statuses.sort((a, b) => a.proposal.payload.sequence - b.proposal.payload.sequence)
}

/** The status of the proposal that a digest, or its first digits, names; the newest one when none is given. */
export function chosen(statuses: readonly RunStatus[], digest: string | undefined): RunStatus {
  const found =
    digest === undefined ? statuses.slice(-1) : statuses.filter(({ proposal }) => proposal.digest.startsWith(digest))
  const [only, ...others] = found
  if (only !== undefined && others.length === 0) return only
  throw new ParleyError(
    "proposal-invalid",
    `${found.length} proposals ${digest === undefined ? "in the room" : `begin with ${digest}`}`,
  )
}

/** Throws when a party has ended the contract. */
export async function requireNotEnded(room: Room, { contract, digest }: ContractInForce): Promise<void> {
  const { objects } = await signatureFiles(room.files, ROOM.endings, "ending")
  for (const { jws } of objects) {
    const keys = contract.parties.flatMap(({ card }) => partyKeys(contract, card.name))
    const ending = await openJws("ending", jws, Ending, keys).catch(() => null)
    if (ending?.payload.contract === digest) {
      throw new ParleyError("contract-ended", `${ending.payload.party} has ended the contract`)
    }
  }
}

function unique<T extends { readonly digest: string }>(objects: readonly T[]): readonly T[] {
  return [...new Map(objects.map((object) => [object.digest, object])).values()]
}
