import { createHmac, randomBytes } from "node:crypto"
import { join } from "node:path"
import { type Bytes, toBase64url } from "../../../shared/bytes.ts"
import { type ContractInForce, requireValidAt } from "../../../shared/contract/in-force.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { canonicalBytes, canonicalText, parseCanonical } from "../../../shared/json/canonical.ts"
import { instant } from "../../../shared/json/instant.ts"
import { paddedBytes } from "../../../shared/json/padding.ts"
import { Grant, type GrantSecret, MIN_GRANT_SECRET_BYTES, OPT_OUT_TAG } from "../../../shared/protocol/grant.ts"
import type { Proposal } from "../../../shared/protocol/proposal.ts"
import { checkParameters } from "../../../shared/query/parameters.ts"
import { ROOM, signaturePath } from "../../../shared/room/layout.ts"
import { encryptTo } from "../../../shared/signed/jwe.ts"
import { peekJwsUnverified, signJws, signJwsBytes } from "../../../shared/signed/jws.ts"
import { keyId, publicPart } from "../../../shared/signed/keys.ts"
import { commitment, KINDS, objectDigest } from "../../../shared/signed/kinds.ts"
import { type Intention, requireGrantable } from "../../ledger/rules.ts"
import { type RoomObject, roomManifests } from "../../room/objects.ts"
import { type SealedRecord, sealedRecords } from "../dataset/records.ts"
import { type VerifiedSession, verifyEnclave } from "../enclave/verify.ts"
import { judgeLocally } from "../engine/judge.ts"
import { readCapped, writeAtomically } from "../files.ts"
import { inHome, localParty } from "../home.ts"
import { localKey } from "../keys.ts"
import { book } from "../ledger/book.ts"
import { optOutsOf, requireFewOptOuts } from "../optout/list.ts"
import type { Room } from "../room.ts"
import { reconcile } from "./receipts.ts"
import { type RunStatus, requireNotEnded } from "./state.ts"

const MAX_KEPT_BYTES = 8 * 1024 * 1024
/** A kept grant with less time left than this is made anew. */
const EXPIRY_MARGIN_MS = 60_000

export interface GrantOptions {
  readonly acceptedRoots: readonly string[]
  readonly timeoutMs: number
  readonly hours: number
  readonly key?: string
}

/** What one party's grant of one proposal came to. */
export interface GrantOutcome {
  readonly digest: string
  readonly session: VerifiedSession
  readonly again: boolean
}

/**
 * Grants one proposal to the enclave that answers now. Everything is checked first; the grant is booked in the ledger
 * before it leaves; a grant of the same proposal to the same boot is given out again, and made anew only once it has
 * expired.
 */
export async function grant(
  room: Room,
  inForce: ContractInForce,
  run: RunStatus,
  options: GrantOptions,
): Promise<GrantOutcome> {
  const { name: party } = await localParty(room.home)
  const { proposal } = run
  requireValidAt(inForce.contract, new Date())
  await requireNotEnded(room, inForce)
  if (run.state === "cancelled") throw new ParleyError("proposal-invalid", "the proposer has cancelled this proposal")
  if (run.state === "released") throw new ParleyError("sequence-used", "this run has a receipt already")
  await reconcile(room, inForce)
  const data = await requireProposal(room, inForce, proposal.payload, party)
  const session = await verifyEnclave(room, inForce, options.acceptedRoots, options.timeoutMs)
  const kept = `grants/${proposal.digest}.${keyId(session.encryptionKey)}.jws`
  const before = await keptGrant(inHome(room.home, kept), new Date())
  const jws = before ?? (await makeGrant(room, inForce, { ...data, options, party, proposal, session }))
  if (before === null) await writeAtomically(inHome(room.home, kept), jws, 0o600)
  return { again: before !== null, digest: await publish(room, jws), session }
}

/** The grant made before, unless it has expired or is about to: no enclave takes it then, however often it is sent. */
async function keptGrant(path: string, now: Date): Promise<Bytes | null> {
  const jws = await readCapped(path, MAX_KEPT_BYTES)
  if (jws === null) return null
  const { expires } = parseCanonical(peekJwsUnverified("grant", jws).payload, Grant, KINDS.grant.maxBytes)
  return Date.parse(expires) > now.getTime() + EXPIRY_MARGIN_MS ? jws : null
}

interface Making extends ProposedData {
  readonly options: GrantOptions
  readonly party: string
  readonly proposal: RoomObject<Proposal>
  readonly session: VerifiedSession
}

/** All that can fail is done before the booking: a grant that was booked and never made would still count as a run. */
async function makeGrant(room: Room, inForce: ContractInForce, making: Making): Promise<Bytes> {
  const { options, own, party, proposal, session } = making
  const key = await localKey(room.home, "sign", options.key)
  const salt = randomBytes(32)
  const optOuts = await allOptOuts(room, own)
  const made = {
    ...lifetimeOf(options.hours, inForce, new Date()),
    contract: inForce.digest,
    format: "parley/grant/v1",
    optOuts: own.length === 0 ? null : commitment(OPT_OUT_TAG, salt, canonicalBytes(optOuts)),
    party,
    proposal: proposal.digest,
    secret: own.length === 0 ? null : await sealSecret(room, inForce, making, { optOuts, salt }),
    sequence: proposal.payload.sequence,
    session: {
      document: session.evidence.digest,
      encryptionKey: keyId(session.encryptionKey),
      signingKey: keyId(session.signingKey),
    },
  } as const
  return signJws("grant", { ...made, ledgerHead: await bookGrant(room, inForce, making) }, key.jwk)
}

function lifetimeOf(hours: number, { contract }: ContractInForce, now: Date): Pick<Grant, "created" | "expires"> {
  const seconds = Math.min(hours * 3600, contract.limits.grantLifetimeSeconds)
  return { created: instant(now), expires: instant(new Date(now.getTime() + seconds * 1000)) }
}

/** Booked under the ledger's lock with its rules: a second proposal of the sequence cannot slip in between. */
function bookGrant(room: Room, inForce: ContractInForce, { manifests, proposal, session }: Making): Promise<string> {
  const intention: Intention = {
    contract: inForce.digest,
    encryptionKey: keyId(session.encryptionKey),
    manifests: [...manifests],
    proposal: proposal.digest,
    query: proposal.payload.query,
    sequence: proposal.payload.sequence,
  }
  return book(room.home, { ...intention, event: "granted" }, (ledger) =>
    requireGrantable(ledger, inForce.contract, intention),
  )
}

async function sealSecret(
  room: Room,
  inForce: ContractInForce,
  { own, party, proposal, session }: Making,
  { optOuts, salt }: { optOuts: readonly string[]; salt: Uint8Array },
): Promise<string> {
  const secret: GrantSecret = {
    contract: inForce.digest,
    format: "parley/grant-secret/v1",
    keys: own.map(({ record }) => ({ dataKey: record.dataKey, dataset: record.dataset, manifest: record.manifest })),
    noiseShare: await noiseShare(room, proposal.payload, optOuts),
    optOutSalt: toBase64url(salt),
    optOuts: [...optOuts],
    owner: party,
    padding: "",
    proposal: proposal.digest,
  }
  const plaintext = paddedBytes(secret, MIN_GRANT_SECRET_BYTES)
  try {
    return await encryptTo("grantSecret", plaintext, session.encryptionKey)
  } finally {
    plaintext.fill(0)
  }
}

/** HMAC(noise key, contract, query, parameters, manifests, opt-outs): the identical run has the identical share. */
async function noiseShare(
  room: Room,
  { contract, manifests, parameters, query }: Proposal,
  optOuts: readonly string[],
): Promise<string> {
  const path = inHome(room.home, "noise-key")
  const key = (await readCapped(path, 32)) ?? new Uint8Array(randomBytes(32))
  await writeAtomically(path, key, 0o600)
  const run = canonicalText({ contract, manifests, optOuts, parameters, query })
  return toBase64url(createHmac("sha256", key).update(run).digest())
}

async function allOptOuts(room: Room, own: readonly OwnData[]): Promise<readonly string[]> {
  const lists = await Promise.all(own.map(({ record }) => optOutsOf(room.home, record.lineage)))
  const all = [...new Set(lists.flat())].sort()
  requireFewOptOuts(all.length)
  return all
}

/** A sealed version of this party's own that the proposal names. */
interface OwnData {
  readonly record: SealedRecord
}

interface ProposedData {
  readonly own: readonly OwnData[]
  /** All versions that the proposal names, this party's and the others'. */
  readonly manifests: Intention["manifests"]
}

/** The proposal must be one that this contract allows, over manifests that are there, and its own data this home's. */
async function requireProposal(
  room: Room,
  inForce: ContractInForce,
  proposal: Proposal,
  party: string,
): Promise<ProposedData> {
  const query = inForce.contract.queries.find(({ name }) => name === proposal.query)
  if (query === undefined) throw new ParleyError("proposal-invalid", "no such query in the contract")
  checkParameters(query, proposal.parameters)
  const [plan] = await judgeLocally({ ...inForce.contract, queries: [query] })
  const named = proposal.manifests.map(({ dataset }) => dataset)
  if (
    plan === undefined ||
    plan.datasets.length !== named.length ||
    plan.datasets.some((name) => !named.includes(name))
  ) {
    throw new ParleyError("proposal-invalid", "the proposal does not name exactly the datasets of its query")
  }
  const { objects } = await roomManifests(room.files, inForce)
  const records = await sealedRecords(room.home)
  const own: OwnData[] = []
  const versions: Intention["manifests"] = []
  for (const { dataset, manifest } of proposal.manifests) {
    const found = objects.find(({ digest, payload }) => digest === manifest && payload.dataset === dataset)
    if (found === undefined)
      throw new ParleyError("manifest-mismatch", `${dataset}: the proposed version is not in the room`)
    versions.push({ dataset, lineage: found.payload.lineage, manifest })
    if (found.payload.owner !== party) continue
    const record = records.find((candidate) => candidate.manifest === manifest)
    if (record === undefined)
      throw new ParleyError("dataset-gone", `${dataset}: this home has no key for the proposed version`)
    own.push({ record })
  }
  return { manifests: versions, own }
}

async function publish(room: Room, jws: Bytes): Promise<string> {
  const { digest, kid } = peekJwsUnverified("grant", jws)
  await writeAtomically(join(room.folder, signaturePath(ROOM.grants, digest, kid)), jws)
  return digest
}

/** Co-signs a grant of this party that another of its keys made (m of n). */
export async function approveGrant(room: Room, run: RunStatus, kid: string | undefined): Promise<string> {
  const { name: party } = await localParty(room.home)
  const open = run.grants
    .filter(({ complete, grant }) => grant.party === party && !complete && Date.parse(grant.expires) > Date.now())
    .sort((a, b) => a.grant.created.localeCompare(b.grant.created))
    .at(-1)
  if (open === undefined) throw new ParleyError("grant-invalid", "no grant of this party waits for a further approval")
  const key = await localKey(room.home, "sign", kid)
  const bytes = canonicalBytes(open.grant)
  const path = signaturePath(ROOM.grants, objectDigest("grant", bytes), keyId(publicPart(key.jwk)))
  await writeAtomically(join(room.folder, path), await signJwsBytes("grant", bytes, key.jwk))
  return open.digest
}
