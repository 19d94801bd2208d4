import { type ContractInForce, waitingFor } from "../../../shared/contract/in-force.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { grantApproval, requiredGranters } from "../../../shared/protocol/granters.ts"
import type { Proposal } from "../../../shared/protocol/proposal.ts"
import type { Refusal } from "../../../shared/protocol/receipt.ts"
import {
  type RoomGrant,
  type RoomObject,
  roomCancellations,
  roomEndings,
  roomGrants,
  roomProposals,
  roomRefusals,
} from "../../room/objects.ts"
import { knownEnclaveKeys } from "../enclave/known-keys.ts"
import type { Room } from "../room.ts"
import { hasReceipt } from "./bundles.ts"

export type RunState = "cancelled" | "granted" | "proposed" | "refused" | "released"

/** Where one proposal stands. */
export interface RunStatus {
  readonly proposal: RoomObject<Proposal>
  readonly state: RunState
  readonly grants: readonly RoomGrant[]
  /** "bank (grant)", or "bank (grant, 1 of 2 approvals)", for every party that has no whole grant that still holds. */
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
  const now = Date.now()
  for (const proposal of unique(proposals)) {
    const own = grants.filter(({ grant }) => grant.proposal === proposal.digest)
    const live = own.filter(({ complete, grant }) => complete && Date.parse(grant.expires) > now)
    const granted = new Set(live.map(({ grant }) => grant.party))
    const open = own.filter(({ complete, grant }) => !complete && Date.parse(grant.expires) > now)
    const missing = requiredGranters(inForce.contract).filter((party) => !granted.has(party))
    const refusal = refusals.find(({ payload }) => payload.proposal === proposal.digest)?.payload ?? null
    const cancelled = cancellations.some(
      ({ payload }) => payload.proposal === proposal.digest && payload.party === proposal.payload.proposer,
    )
    const released = await hasReceipt(room, inForce, proposal.digest)
    const state = released
      ? "released"
      : cancelled
        ? "cancelled"
        : refusal !== null
          ? "refused"
          : missing.length === 0
            ? "granted"
            : "proposed"
    const waiting = state === "proposed" ? missing.map((party) => missingGrant(inForce, party, open)) : []
    statuses.push({ grants: own, proposal, refusal, state, waitingFor: waiting })
  }
  return statuses.sort((a, b) => a.proposal.payload.sequence - b.proposal.payload.sequence)
}

/** What a party still owes. An approval counts with its grant: those of two different grants do not add up. */
function missingGrant({ contract }: ContractInForce, party: string, open: readonly RoomGrant[]): string {
  const given = open.filter(({ grant }) => grant.party === party).map(({ kids }) => kids.length)
  return waitingFor(party, "grant", Math.max(0, ...given), grantApproval(contract, party).required)
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
export async function requireNotEnded(room: Room, inForce: ContractInForce): Promise<void> {
  const [ending] = (await roomEndings(room.files, inForce)).objects
  if (ending !== undefined) throw new ParleyError("contract-ended", `${ending.payload.party} has ended the contract`)
}

function unique<T extends { readonly digest: string }>(objects: readonly T[]): readonly T[] {
  return [...new Map(objects.map((object) => [object.digest, object])).values()]
}
