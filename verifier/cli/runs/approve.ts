import { type ContractInForce, waitingFor } from "../../../shared/contract/in-force.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { canonicalBytes } from "../../../shared/json/canonical.ts"
import { type Grant, seenKey } from "../../../shared/protocol/grant.ts"
import { grantApproval } from "../../../shared/protocol/granters.ts"
import { signJwsBytes } from "../../../shared/signed/jws.ts"
import { keyId } from "../../../shared/signed/keys.ts"
import { spentBefore } from "../../ledger/budget.ts"
import { requireGrantable } from "../../ledger/rules.ts"
import type { RoomGrant } from "../../room/objects.ts"
import { type VerifiedSession, verifyEnclave } from "../enclave/verify.ts"
import { book, localLedger } from "../ledger/book.ts"
import type { SeenHere } from "../optout/seen.ts"
import type { Room } from "../room.ts"
import { type GrantOptions, type GrantOutcome, intentionOf, publish, readyToConsent } from "./consent.ts"
import type { RunStatus } from "./state.ts"

/** How far a colleague's clock may run before this one, in milliseconds. */
const SKEW_MS = 5 * 60_000

/**
 * Adds this key's approval to a grant that another key of this party made. Nothing is taken over from whoever made it:
 * contract, proposal and receipts are judged again, the enclave is asked a nonce of this home's own, and the approval is
 * booked in this home's own ledger before it leaves.
 *
 * The grant cites the document that its maker verified, which answers a nonce that this home never sent and need not be
 * at hand. What counts is whom the keys are wrapped to: both attested keys live in the memory of one boot, so that a
 * document that attests the same two keys under a fresh nonce is of the same boot.
 */
export async function approveGrant(
  room: Room,
  inForce: ContractInForce,
  run: RunStatus,
  options: GrantOptions,
): Promise<GrantOutcome> {
  const { home } = room
  const { key, kid, party, seen, versions } = await readyToConsent(room, inForce, run, options.key)
  const own = run.grants.filter(({ grant }) => grant.party === party)
  if (own.length === 0) throw nothingToApprove(inForce, party)
  const session = await verifyEnclave(room, inForce, options.acceptedRoots, options.timeoutMs)
  const owns = versions.some(({ payload }) => payload.owner === party)
  const named = own.filter(({ digest }) => digest.startsWith(options.of ?? ""))
  const { digest, grant, kids } = grantTo(named, party, session, (made) => faultOf(made, inForce, run, owns, seen))
  if (kids.includes(kid)) return { again: true, digest, session }
  const intended = intentionOf(inForce, run.proposal, versions, session, { noiseShare: null, party })
  const paid = spentBefore(await localLedger(home), intended.proposal, intended.encryptionKey)
  const intention = { ...intended, spend: [...(paid ?? intended.spend)] }
  if (!(await isApproved(room, digest))) {
    await book(home, { ...intention, event: "grant-approved", grant: digest }, (ledger) =>
      requireGrantable(ledger, inForce.contract, intention),
    )
  }
  return {
    again: false,
    digest: await publish(room, await signJwsBytes("grant", canonicalBytes(grant), key.jwk)),
    session,
  }
}

/** Killed after it was booked, the approval is given out now. */
async function isApproved({ home }: Room, grant: string): Promise<boolean> {
  const { entries } = await localLedger(home)
  return entries.some(({ event }) => event.event === "grant-approved" && event.grant === grant)
}

/**
 * The newest grant to the boot that has just answered that the enclave could take. One stolen key can sign any number
 * of others, dated as it likes: they are passed over while there is a better one.
 */
function grantTo(
  own: readonly RoomGrant[],
  party: string,
  { encryptionKey, signingKey }: VerifiedSession,
  fault: (grant: Grant) => ParleyError | null,
): RoomGrant {
  const [encryption, signing] = [keyId(encryptionKey), keyId(signingKey)]
  const here = own.filter(
    ({ grant: { session } }) => session.encryptionKey === encryption && session.signingKey === signing,
  )
  const byTime = here.sort((a, b) => a.grant.created.localeCompare(b.grant.created))
  const newest = byTime.findLast(({ grant }) => fault(grant) === null)
  if (newest !== undefined) return newest
  const last = byTime.at(-1)
  const why = last === undefined ? null : fault(last.grant)
  if (why !== null) throw why
  throw new ParleyError("grant-invalid", `what ${party} granted is for another boot than the one that answers now`, {
    todo: "Whoever made the grant runs `parley run grant` again; approve that one.",
  })
}

/** All that the enclave will ask of this grant, and that can be seen from outside. */
export function faultOf(
  grant: Grant,
  { contract }: ContractInForce,
  { proposal }: RunStatus,
  owns: boolean,
  seen: SeenHere,
): ParleyError | null {
  const [created, expires, now] = [Date.parse(grant.created), Date.parse(grant.expires), Date.now()]
  if (grant.sequence !== proposal.payload.sequence) {
    return new ParleyError("proposal-mismatch", "the grant names another sequence than its proposal")
  }
  const lifetime = contract.limits.grantLifetimeSeconds * 1000
  if (expires <= created || expires - created > lifetime || created > now + SKEW_MS) {
    return new ParleyError("grant-invalid", "the grant's times do not fit the contract")
  }
  if (expires <= now) return new ParleyError("grant-expired", `the grant expired at ${grant.expires}`)
  if (owns !== (grant.secret !== null) || owns !== (grant.optOuts !== null)) {
    return new ParleyError("grant-invalid", "keys come from the owners of the proposed data, and only from them")
  }
  return hidesOptOuts(grant, seen)
}

/** One person of a party that is hand in glove with another owner would leave out what that one must not be asked for. */
export function hidesOptOuts({ seenOptOuts }: Grant, { others }: SeenHere): ParleyError | null {
  const cited = new Set(seenOptOuts.map(seenKey))
  if (others.every((shown) => cited.has(seenKey(shown)))) return null
  return new ParleyError("grant-invalid", "the grant leaves out opt-outs that the receipts at hand show", {
    todo: "Whoever made the grant imports every receipt and runs `parley run grant` again; approve that one.",
  })
}

function nothingToApprove({ contract }: ContractInForce, party: string): ParleyError {
  const { required } = grantApproval(contract, party)
  return new ParleyError("grant-missing", `waiting for: ${waitingFor(party, "grant", 0, required)}`, {
    todo: "One of this party's keys makes the grant first, with `parley run grant` without --approve.",
  })
}
