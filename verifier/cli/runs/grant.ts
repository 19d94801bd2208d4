import type { Bytes } from "../../../shared/bytes.ts"
import type { ContractInForce } from "../../../shared/contract/in-force.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { parseCanonical } from "../../../shared/json/canonical.ts"
import { instant } from "../../../shared/json/instant.ts"
import { Grant } from "../../../shared/protocol/grant.ts"
import type { Manifest } from "../../../shared/protocol/manifest.ts"
import type { Proposal } from "../../../shared/protocol/proposal.ts"
import { peekJwsUnverified, signJws } from "../../../shared/signed/jws.ts"
import { keyId } from "../../../shared/signed/keys.ts"
import { KINDS } from "../../../shared/signed/kinds.ts"
import { requireGrantable } from "../../ledger/rules.ts"
import type { RoomObject } from "../../room/objects.ts"
import { type SealedRecord, sealedRecords } from "../dataset/records.ts"
import { type VerifiedSession, verifyEnclave } from "../enclave/verify.ts"
import { readCapped, readRequired, writeAtomically } from "../files.ts"
import { type Home, inHome, type LocalKey } from "../home.ts"
import { book, localLedger } from "../ledger/book.ts"
import type { SeenHere } from "../optout/seen.ts"
import type { Room } from "../room.ts"
import { faultOf, hidesOptOuts } from "./approve.ts"
import { type GrantOptions, type GrantOutcome, intentionOf, publish, readyToConsent } from "./consent.ts"
import { sealSecret } from "./grant-secret.ts"
import type { RunStatus } from "./state.ts"

const MAX_KEPT_BYTES = 8 * 1024 * 1024
/** A kept grant with less time left than this is made anew. */
const EXPIRY_MARGIN_MS = 60_000

interface Making {
  readonly key: LocalKey
  readonly kept: string
  readonly options: GrantOptions
  readonly own: readonly SealedRecord[]
  readonly party: string
  readonly proposal: RoomObject<Proposal>
  readonly seen: SeenHere
  readonly session: VerifiedSession
  readonly versions: readonly RoomObject<Manifest>[]
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
  const { home } = room
  const { proposal } = run
  const { key, kid, party, seen, versions } = await readyToConsent(room, inForce, run, options.key)
  const own = await ownRecords(home, versions, party)
  const session = await verifyEnclave(room, inForce, options.acceptedRoots, options.timeoutMs)
  const fits = (made: Grant) => faultOf(made, inForce, run, own.length > 0, seen) === null
  requireNoneToApprove(run, party, kid, session, fits)
  const kept = inHome(home, `grants/${proposal.digest}.${keyId(session.encryptionKey)}.jws`)
  const before = await keptGrant(home, kept, seen, new Date())
  const making = { kept, key, options, own, party, proposal, seen, session, versions }
  const jws = before ?? (await makeGrant(home, inForce, making))
  return { again: before !== null, digest: await publish(room, jws), session }
}

/** This home must have the keys of this party's own data. */
async function ownRecords(
  home: Home,
  versions: readonly RoomObject<Manifest>[],
  party: string,
): Promise<readonly SealedRecord[]> {
  const records = await sealedRecords(home)
  return versions
    .filter(({ payload }) => payload.owner === party)
    .map(({ digest, payload: { dataset } }) => {
      const record = records.find(({ manifest }) => manifest === digest)
      if (record !== undefined) return record
      throw new ParleyError("dataset-gone", `${dataset}: this home has no key for the proposed version`)
    })
}

/** Two grants of one party, each with one approval, would never add up to one with two. */
function requireNoneToApprove(
  run: RunStatus,
  party: string,
  kid: string,
  session: VerifiedSession,
  fits: (grant: Grant) => boolean,
): void {
  const open = run.grants.find(
    ({ complete, grant: made, kids }) =>
      made.party === party &&
      !complete &&
      !kids.includes(kid) &&
      made.session.encryptionKey === keyId(session.encryptionKey) &&
      fits(made),
  )
  if (open === undefined) return
  throw new ParleyError("grant-conflict", `another key of ${party} has made a grant that waits for an approval`, {
    todo: "Approve that one: run the same command with --approve.",
  })
}

/**
 * The grant made before, if it is booked: what was made and not booked has never left and does not count. Nor does one
 * that has expired or is about to: no enclave takes it then, however often it is sent. Nor one that leaves out opt-outs
 * which receipts show that have come since: no colleague approves it.
 */
async function keptGrant(home: Home, path: string, seen: SeenHere, now: Date): Promise<Bytes | null> {
  const jws = await readCapped(path, MAX_KEPT_BYTES)
  if (jws === null) return null
  const made = parseCanonical(peekJwsUnverified("grant", jws).payload, Grant, KINDS.grant.maxBytes)
  const booked = (await localLedger(home)).digests.includes(made.ledgerHead)
  const holds = Date.parse(made.expires) > now.getTime() + EXPIRY_MARGIN_MS && hidesOptOuts(made, seen) === null
  return booked && holds ? jws : null
}

/**
 * Booked under the ledger's lock with its rules: a second proposal of the sequence cannot slip in between. The grant is
 * on the disk before it is booked: killed at any moment, this home has no booked grant that it could not give out.
 */
async function makeGrant(home: Home, inForce: ContractInForce, making: Making): Promise<Bytes> {
  const { kept, key, options, own, party, proposal, seen, session, versions } = making
  const { encryptionKey } = session
  const { noiseShare, sealed } = await sealSecret(home, { encryptionKey, own, party, proposal, shown: seen.own })
  const made = {
    ...lifetimeOf(options.hours, inForce, new Date()),
    ...sealed,
    contract: inForce.digest,
    format: "parley/grant/v1",
    party,
    proposal: proposal.digest,
    seenOptOuts: seen.others,
    sequence: proposal.payload.sequence,
    session: {
      document: session.evidence.digest,
      encryptionKey: keyId(session.encryptionKey),
      signingKey: keyId(session.signingKey),
    },
  } as const
  const intention = intentionOf(inForce, proposal, versions, session, { noiseShare, party })
  await book(
    home,
    { ...intention, event: "granted" },
    (ledger) => requireGrantable(ledger, inForce.contract, intention),
    async (ledgerHead) => writeAtomically(kept, await signJws("grant", { ...made, ledgerHead }, key.jwk), 0o600),
  )
  return readRequired(kept, MAX_KEPT_BYTES)
}

function lifetimeOf(hours: number, { contract }: ContractInForce, now: Date): Pick<Grant, "created" | "expires"> {
  const seconds = Math.min(hours * 3600, contract.limits.grantLifetimeSeconds)
  return { created: instant(now), expires: instant(new Date(now.getTime() + seconds * 1000)) }
}
