import { stat } from "node:fs/promises"
import { join } from "node:path"
import type { ContractInForce } from "../../shared/contract/in-force.ts"
import { requiredGranters } from "../../shared/protocol/granters.ts"
import type { Manifest } from "../../shared/protocol/manifest.ts"
import type { Cancellation, Proposal } from "../../shared/protocol/proposal.ts"
import { partPath } from "../../shared/room/layout.ts"
import { roomFolder } from "../../verifier/cli/files.ts"
import {
  type RoomGrant,
  type RoomObject,
  roomCancellations,
  roomGrants,
  roomManifests,
  roomProposals,
} from "../../verifier/room/objects.ts"
import { hasReceipt } from "./receipt.ts"
import type { RunnableProposal } from "./run-proposal.ts"
import type { PreparedProposal } from "./stage-proposal.ts"

/** Where the proposals of a room stand. */
export interface Pending {
  /** Not granted by every party yet, all ciphertext there, no receipt yet; those with most grants first. */
  readonly prepared: readonly PreparedProposal[]
  /** Granted by every party to the present boot, all ciphertext there, no receipt yet; by sequence. */
  readonly runnable: readonly RunnableProposal[]
  /** Granted by every party, but ciphertext is still to be uploaded. */
  readonly waitingForParts: readonly string[]
  /** Open proposals with grants to a boot that is gone: those parties must grant again. */
  readonly grantedToOldBoots: readonly string[]
}

/** Reads a room and says which of its proposals can run on the boot with that encryption key. */
export async function pendingProposals(
  folder: string,
  inForce: ContractInForce,
  encryptionKey: string,
): Promise<Pending> {
  const files = roomFolder(folder)
  const [proposals, grants, manifests, cancelled] = await Promise.all([
    roomProposals(files, inForce),
    roomGrants(files, inForce),
    roomManifests(files, inForce),
    roomCancellations(files, inForce),
  ])
  const runnable: RunnableProposal[] = []
  const prepared: (PreparedProposal & { readonly granted: number })[] = []
  const [waitingForParts, grantedToOldBoots]: [string[], string[]] = [[], []]
  for (const proposal of proposals.objects.toSorted((a, b) => a.payload.sequence - b.payload.sequence)) {
    if (cancelled.objects.some(({ payload }) => takesBack(payload, proposal))) continue
    if (await hasReceipt(files, inForce, proposal.digest)) continue
    const all = grants.objects.filter(({ grant }) => grant.proposal === proposal.digest)
    const live = all.filter(({ complete, grant }) => complete && grant.session.encryptionKey === encryptionKey)
    const named = proposal.payload.manifests.flatMap(
      ({ manifest }) => manifests.objects.find(({ digest }) => digest === manifest) ?? [],
    )
    const ready = named.length === proposal.payload.manifests.length && (await allUploaded(folder, named))
    if (!grantedByAll(inForce, live)) {
      if (all.some(({ grant }) => grant.session.encryptionKey !== encryptionKey))
        grantedToOldBoots.push(proposal.digest)
      if (ready) prepared.push({ granted: live.length, manifests: named, proposal })
    } else if (!ready) waitingForParts.push(proposal.digest)
    else runnable.push({ grants: live, manifests: named, proposal, runSeconds: inForce.contract.limits.runSeconds })
  }
  return {
    grantedToOldBoots,
    prepared: prepared.toSorted((a, b) => b.granted - a.granted),
    runnable,
    waitingForParts,
  }
}

/** Only the proposer takes a proposal back: any other party could stop every run without a word of refusal. */
function takesBack({ party, proposal }: Cancellation, proposed: RoomObject<Proposal>): boolean {
  return proposal === proposed.digest && party === proposed.payload.proposer
}

function grantedByAll({ contract }: ContractInForce, grants: readonly RoomGrant[]): boolean {
  const granted = new Set(grants.map(({ grant }) => grant.party))
  return requiredGranters(contract).every((party) => granted.has(party))
}

/** Whether every part lies there. A part of the wrong length counts: the enclave says in whose data the fault is. */
async function allUploaded(folder: string, manifests: readonly RoomObject<Manifest>[]): Promise<boolean> {
  for (const { digest, payload } of manifests) {
    for (const index of payload.parts.keys()) {
      if ((await stat(join(folder, partPath(digest, index))).catch(() => null)) === null) return false
    }
  }
  return true
}
