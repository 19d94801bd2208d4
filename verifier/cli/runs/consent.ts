import { join } from "node:path"
import type { Bytes } from "../../../shared/bytes.ts"
import type { Contract } from "../../../shared/contract/contract.ts"
import { type ContractInForce, requireValidAt } from "../../../shared/contract/in-force.ts"
import type { Query } from "../../../shared/contract/query.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { grantApproval } from "../../../shared/protocol/granters.ts"
import type { Manifest } from "../../../shared/protocol/manifest.ts"
import type { Proposal } from "../../../shared/protocol/proposal.ts"
import { checkParameters } from "../../../shared/query/parameters.ts"
import { ROOM, signaturePath } from "../../../shared/room/layout.ts"
import { peekJwsUnverified } from "../../../shared/signed/jws.ts"
import { keyId, publicPart } from "../../../shared/signed/keys.ts"
import type { Intention } from "../../ledger/limits.ts"
import { questionOf } from "../../ledger/question.ts"
import { requireNotBehind } from "../../ledger/rules.ts"
import { type Payer, spendsOf } from "../../privacy/charge.ts"
import type { VerifiedReceipt } from "../../receipt/verify.ts"
import { type RoomObject, roomGrants, roomManifests } from "../../room/objects.ts"
import { requireOwnContract } from "../contract/own-contract.ts"
import type { VerifiedSession } from "../enclave/verify.ts"
import { judgeLocally } from "../engine/judge.ts"
import { writeAtomically } from "../files.ts"
import { type LocalKey, localParty } from "../home.ts"
import { localKey, localKeys } from "../keys.ts"
import { localLedger } from "../ledger/book.ts"
import { type SeenHere, seenOptOuts } from "../optout/seen.ts"
import type { Room } from "../room.ts"
import { reconcile } from "./receipts.ts"
import { type RunStatus, requireNotEnded } from "./state.ts"

export interface GrantOptions {
  readonly acceptedRoots: readonly string[]
  readonly timeoutMs: number
  readonly hours: number
  readonly key?: string
  /** First digits of the grant to approve, where there are several. */
  readonly of?: string
}

/** What one party's grant of one proposal, or the approval of one, came to. */
export interface GrantOutcome {
  readonly digest: string
  readonly session: VerifiedSession
  readonly again: boolean
}

/** Who consents with which key, and to what. */
export interface Consent {
  readonly party: string
  readonly key: LocalKey
  readonly kid: string
  readonly versions: readonly RoomObject<Manifest>[]
  readonly seen: SeenHere
}

/** What a grant and every approval of it judge first, each in its own home and before the enclave is asked. */
export async function readyToConsent(
  room: Room,
  inForce: ContractInForce,
  run: RunStatus,
  wanted: string | undefined,
): Promise<Consent> {
  const { name: party } = await localParty(room.home)
  const key = await localKey(room.home, "sign", wanted)
  const kid = requireGrantKey(inForce, party, key)
  const receipts = await requireOpen(room, inForce, run)
  const versions = await proposedVersions(room, inForce, run.proposal.payload)
  return { key, kid, party, seen: await seenOptOuts(room.home, inForce, receipts, versions, party), versions }
}

/** The contract holds at this moment, and the run is still to be had. The ledger is compared with every receipt at hand. */
async function requireOpen(room: Room, inForce: ContractInForce, run: RunStatus): Promise<readonly VerifiedReceipt[]> {
  requireValidAt(inForce.contract, new Date())
  await requireNotEnded(room, inForce)
  await requireOwnContract(room, inForce)
  if (run.state === "cancelled") throw new ParleyError("proposal-invalid", "the proposer has cancelled this proposal")
  if (run.state === "released") throw new ParleyError("sequence-used", "this run has a receipt already")
  const receipts = await reconcile(room, inForce)
  await requireNoOtherGrant(room, inForce, run)
  return receipts
}

/**
 * Grants of this party in the room: one by a key of this home is in its ledger, or that was cut or copied (RUN-12). And
 * homes of one party, each with a ledger of its own, do not grant two proposals of one sequence.
 */
async function requireNoOtherGrant(room: Room, inForce: ContractInForce, { proposal }: RunStatus): Promise<void> {
  const { name } = await localParty(room.home)
  const own = new Set((await localKeys(room.home)).map(({ jwk }) => keyId(publicPart(jwk))))
  const ledger = await localLedger(room.home)
  for (const { digest, grant, kids } of (await roomGrants(room.files, inForce)).objects) {
    if (grant.party !== name) continue
    if (kids.some((kid) => own.has(kid))) requireNotBehind(ledger, { ...grant, grant: digest })
    if (grant.sequence !== proposal.payload.sequence || grant.proposal === proposal.digest) continue
    throw new ParleyError("grant-conflict", `${name} has granted another proposal of sequence ${grant.sequence}`)
  }
}

/** A signature by a key that the contract does not list for grants would be passed over by everybody. */
function requireGrantKey({ contract }: ContractInForce, party: string, { jwk }: LocalKey): string {
  const kid = keyId(publicPart(jwk))
  if (grantApproval(contract, party).keys.some((key) => keyId(key) === kid)) return kid
  throw new ParleyError("jws-unknown-key", `this key is not among those of ${party} that approve grants`)
}

/** The versions that a proposal names. It must be one that the contract allows, over manifests that are there. */
async function proposedVersions(
  room: Room,
  inForce: ContractInForce,
  proposal: Proposal,
): Promise<readonly RoomObject<Manifest>[]> {
  const query = queryOf(inForce.contract, proposal)
  checkParameters(query, proposal.parameters)
  const [plan] = await judgeLocally({ ...inForce.contract, queries: [query] })
  const named = proposal.manifests.map(({ dataset }) => dataset)
  if (plan?.datasets.length !== named.length || plan.datasets.some((name) => !named.includes(name))) {
    throw new ParleyError("proposal-invalid", "the proposal does not name exactly the datasets of its query")
  }
  const { objects } = await roomManifests(room.files, inForce)
  return proposal.manifests.map(({ dataset, manifest }) => {
    const found = objects.find(({ digest, payload }) => digest === manifest && payload.dataset === dataset)
    if (found !== undefined) return found
    throw new ParleyError("manifest-mismatch", `${dataset}: the proposed version is not in the room`)
  })
}

function queryOf({ queries }: Contract, { query: wanted }: Proposal): Query {
  const query = queries.find(({ name }) => name === wanted)
  if (query === undefined) throw new ParleyError("proposal-invalid", "no such query in the contract")
  return query
}

/** What is about to be booked. */
export function intentionOf(
  { contract }: ContractInForce,
  proposal: RoomObject<Proposal>,
  versions: readonly RoomObject<Manifest>[],
  session: VerifiedSession,
  payer: Payer,
): Intention {
  const query = queryOf(contract, proposal.payload)
  const run = {
    encryptionKey: keyId(session.encryptionKey),
    manifests: versions.map(({ digest, payload: { dataset, lineage } }) => ({ dataset, lineage, manifest: digest })),
    proposal: proposal.digest,
    query: proposal.payload.query,
  }
  return {
    ...questionOf(query, proposal.payload.parameters),
    ...run,
    contract: proposal.payload.contract,
    sequence: proposal.payload.sequence,
    spend: spendsOf(contract, run, payer),
  }
}

/** Gives a signature under a grant out. Booked before, always. */
export async function publish(room: Room, jws: Bytes): Promise<string> {
  const { digest, kid } = peekJwsUnverified("grant", jws)
  await writeAtomically(join(room.folder, signaturePath(ROOM.grants, digest, kid)), jws)
  return digest
}
