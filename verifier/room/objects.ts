import type { z } from "zod"
import type { Bytes } from "../../shared/bytes.ts"
import type { ContractInForce } from "../../shared/contract/in-force.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { parseCanonical } from "../../shared/json/canonical.ts"
import { MAX_BUNDLE_BYTES } from "../../shared/protocol/bundle.ts"
import { Grant } from "../../shared/protocol/grant.ts"
import { grantApproval, partyKeys } from "../../shared/protocol/granters.ts"
import { Manifest } from "../../shared/protocol/manifest.ts"
import { Cancellation, Proposal } from "../../shared/protocol/proposal.ts"
import { Refusal } from "../../shared/protocol/receipt.ts"
import { Ending, Rejection } from "../../shared/protocol/statements.ts"
import type { RoomFiles } from "../../shared/room/files.ts"
import { ROOM, receiptPath } from "../../shared/room/layout.ts"
import { openJws, type Signed } from "../../shared/signed/jws.ts"
import type { PublicJwk } from "../../shared/signed/keys.ts"
import { KINDS, type Kind } from "../../shared/signed/kinds.ts"
import { collect, type Found, type RejectedFile, type SignatureFile, signatureFiles } from "./signatures.ts"

/** An object of a room, verified under a key of the party that it names, with the signature file it came in. */
export interface RoomObject<T> extends Signed<T> {
  readonly jws: Bytes
  readonly path: string
}

/** A party's grant with as many of its approvals as the room holds. */
export interface RoomGrant {
  readonly digest: string
  readonly grant: Grant
  readonly signatures: readonly Bytes[]
  readonly kids: readonly string[]
  /** Whether as many of the party's keys have signed as the contract asks for. */
  readonly complete: boolean
}

/** Manifests of this contract, each signed by the owner that the contract names for the dataset. */
export function roomManifests(files: RoomFiles, { contract, digest }: ContractInForce) {
  return openAll(files, ROOM.manifests, "manifest", Manifest, digest, (manifest) => {
    const dataset = contract.datasets.find(({ name }) => name === manifest.dataset)
    if (dataset === undefined || dataset.owner !== manifest.owner || dataset.lineage !== manifest.lineage) {
      throw new ParleyError("manifest-mismatch", "not a dataset of this contract and owner")
    }
    return partyKeys(contract, manifest.owner)
  })
}

export function roomProposals(files: RoomFiles, { contract, digest }: ContractInForce) {
  return openAll(files, ROOM.proposals, "proposal", Proposal, digest, ({ proposer }) => partyKeys(contract, proposer))
}

export function roomCancellations(files: RoomFiles, { contract, digest }: ContractInForce) {
  return openAll(files, ROOM.cancellations, "cancellation", Cancellation, digest, ({ party }) =>
    partyKeys(contract, party),
  )
}

/** A contract that need not be in force: parties reject drafts. */
export type NamedContract = Pick<ContractInForce, "contract" | "digest">

/** Endings, each under a key of the party that it names: nobody ends a contract in another party's name. */
export function roomEndings(files: RoomFiles, { contract, digest }: NamedContract) {
  return openAll(files, ROOM.endings, "ending", Ending, digest, ({ party }) => partyKeys(contract, party))
}

export function roomRejections(files: RoomFiles, { contract, digest }: NamedContract) {
  return openAll(files, ROOM.rejections, "rejection", Rejection, digest, ({ party }) => partyKeys(contract, party))
}

/** Refusals by enclave boots whose signing keys the caller has verified. */
export function roomRefusals(files: RoomFiles, { digest }: ContractInForce, enclaveKeys: readonly PublicJwk[]) {
  return openAll(files, ROOM.refusals, "refusal", Refusal, digest, () => enclaveKeys)
}

/**
 * Grants by party and object; approvals of one grant by several keys are put together. A grant that its party made anew
 * for the same proposal and boot, since the one before had expired, takes that one's place once it is complete.
 */
export async function roomGrants(files: RoomFiles, inForce: ContractInForce): Promise<Found<RoomGrant>> {
  const { contract, digest } = inForce
  const keysOf = ({ party }: Grant) => grantApproval(contract, party).keys
  const { objects, rejected } = await openAll(files, ROOM.grants, "grant", Grant, digest, keysOf)
  const byDigest = Map.groupBy(objects, (object) => object.digest)
  const grants = [...byDigest.values()].map((same) => {
    const [first] = same as [RoomObject<Grant>]
    const kids = [...new Set(same.map(({ kid }) => kid))]
    const complete = kids.length >= grantApproval(contract, first.payload.party).required
    return { complete, digest: first.digest, grant: first.payload, kids, signatures: same.map(({ jws }) => jws) }
  })
  return { objects: grants.filter((grant) => !replaced(grant, grants)), rejected }
}

function replaced({ grant, digest }: RoomGrant, grants: readonly RoomGrant[]): boolean {
  return grants.some(
    ({ complete, digest: other, grant: { created, party, proposal, session } }) =>
      complete &&
      other !== digest &&
      party === grant.party &&
      proposal === grant.proposal &&
      session.encryptionKey === grant.session.encryptionKey &&
      created > grant.created,
  )
}

/** The receipt bundle of one proposal as it lies there, unverified. */
export function roomBundle(files: RoomFiles, proposal: string): Promise<Bytes | null> {
  return files.read(receiptPath(proposal), MAX_BUNDLE_BYTES)
}

async function openAll<S extends z.ZodType<{ contract: string }>>(
  files: RoomFiles,
  folder: string,
  kind: Kind,
  schema: S,
  contract: string,
  keysOf: (payload: z.output<S>) => readonly PublicJwk[],
): Promise<Found<RoomObject<z.output<S>>>> {
  const found = await signatureFiles(files, folder, kind)
  const objects: RoomObject<z.output<S>>[] = []
  const rejected: RejectedFile[] = [...found.rejected]
  for (const file of found.objects) {
    await collect(file.path, objects, rejected, () => openOne(file, kind, schema, contract, keysOf))
  }
  return { objects, rejected }
}

async function openOne<S extends z.ZodType<{ contract: string }>>(
  { jws, path, payload }: SignatureFile,
  kind: Kind,
  schema: S,
  contract: string,
  keysOf: (payload: z.output<S>) => readonly PublicJwk[],
): Promise<RoomObject<z.output<S>>> {
  const claimed = parseCanonical(payload, schema, KINDS[kind].maxBytes)
  if (claimed.contract !== contract) throw new ParleyError("contract-mismatch", `${path}: of another contract`)
  const signed = await openJws(kind, jws, schema, keysOf(claimed))
  return { ...signed, jws, path }
}
