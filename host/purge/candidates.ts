import { readdir, stat } from "node:fs/promises"
import { join } from "node:path"
import type { ContractInForce } from "../../shared/contract/in-force.ts"
import type { Manifest } from "../../shared/protocol/manifest.ts"
import type { RoomFiles } from "../../shared/room/files.ts"
import { ROOM } from "../../shared/room/layout.ts"
import { listFiles, roomFolder } from "../../verifier/cli/files.ts"
import { roomContractInForce } from "../../verifier/room/contract.ts"
import {
  type RoomObject,
  roomCancellations,
  roomEndings,
  roomGrants,
  roomManifests,
  roomProposals,
} from "../../verifier/room/objects.ts"
import { hasReceipt } from "../room/receipt.ts"
import { isPurged } from "./mark.ts"

const DAY_MS = 86_400_000

export type PurgeReason = "contract-ended" | "contract-expired" | "version-replaced"

/** A version whose ciphertext nobody needs any more. */
export interface Candidate {
  readonly contract: string
  readonly dataset: string
  readonly manifest: string
  readonly owner: string
  readonly version: number
  readonly reason: PurgeReason
  readonly bytes: number
}

/** What may go from one room: everything once the contract is over, else versions that were replaced long enough ago. */
export async function purgeCandidates(room: string, now: Date, replacedDays: number): Promise<readonly Candidate[]> {
  const files = roomFolder(room)
  const inForce = await roomContractInForce(files)
  const { objects: manifests } = await roomManifests(files, inForce)
  const { objects: endings } = await roomEndings(files, inForce)
  const over =
    endings.length > 0
      ? "contract-ended"
      : Date.parse(inForce.contract.validity.notAfter) < now.getTime()
        ? "contract-expired"
        : null
  const open = await openManifests(files, inForce, over === null ? null : now)
  const candidates: Candidate[] = []
  for (const manifest of new Map(manifests.map((object) => [object.digest, object])).values()) {
    const replaced = isReplaced(manifest, manifests, now.getTime() - replacedDays * DAY_MS)
    const reason = over ?? (replaced ? "version-replaced" : null)
    if (reason === null || open.has(manifest.digest) || (await isPurged(room, manifest.digest))) continue
    const { dataset, owner, version } = manifest.payload
    const bytes = await storedBytes(room, manifest.digest)
    candidates.push({ bytes, contract: inForce.digest, dataset, manifest: manifest.digest, owner, reason, version })
  }
  return candidates
}

/** Whether a version may go at this very moment: since it was listed, a proposal may have named it. */
export async function mayGo(room: string, now: Date, replacedDays: number, manifest: string): Promise<boolean> {
  return (await purgeCandidates(room, now, replacedDays)).some((candidate) => candidate.manifest === manifest)
}

/**
 * Manifests that an open proposal names: they may still be run. Once the contract is over, only with a grant that has
 * not expired: its run may be under way.
 */
async function openManifests(
  files: RoomFiles,
  inForce: ContractInForce,
  over: Date | null,
): Promise<ReadonlySet<string>> {
  const granted = over === null ? null : await grantedAt(files, inForce, over)
  const { objects: cancellations } = await roomCancellations(files, inForce)
  const open = new Set<string>()
  for (const { digest, payload } of (await roomProposals(files, inForce)).objects) {
    const cancelled = cancellations.some(
      ({ payload: { party, proposal } }) => proposal === digest && party === payload.proposer,
    )
    if (granted !== null && !granted.has(digest)) continue
    if (cancelled || (await hasReceipt(files, inForce, digest))) continue
    for (const { manifest } of payload.manifests) open.add(manifest)
  }
  return open
}

/** Proposals with a grant that holds at that instant. */
async function grantedAt(files: RoomFiles, inForce: ContractInForce, at: Date): Promise<ReadonlySet<string>> {
  const { objects } = await roomGrants(files, inForce)
  return new Set(objects.flatMap(({ grant }) => (Date.parse(grant.expires) > at.getTime() ? [grant.proposal] : [])))
}

/** Whether a later version of the same dataset was sealed before that instant. */
function isReplaced({ payload }: RoomObject<Manifest>, all: readonly RoomObject<Manifest>[], before: number): boolean {
  return all.some(
    ({ payload: other }) =>
      other.dataset === payload.dataset && other.version > payload.version && Date.parse(other.sealedAt) <= before,
  )
}

async function storedBytes(room: string, manifest: string): Promise<number> {
  const folder = join(room, ROOM.sealed, manifest)
  const sizes = await Promise.all((await listFiles(folder)).map(async (name) => (await stat(join(folder, name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** Folders of all rooms of a host. */
export async function roomsOf(data: string): Promise<readonly string[]> {
  const names = await readdir(join(data, "rooms")).catch(() => [])
  return names.filter((name) => /^[0-9a-f]{64}$/.test(name)).map((name) => join(data, "rooms", name))
}
