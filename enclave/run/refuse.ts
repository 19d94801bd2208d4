import { utf8 } from "../../shared/bytes.ts"
import { partyOf } from "../../shared/contract/in-force.ts"
import type { Refusal } from "../../shared/protocol/receipt.ts"
import { encryptTo } from "../../shared/signed/jwe.ts"
import { signJws } from "../../shared/signed/jws.ts"
import { type JwsObject, jwsObject } from "../../shared/signed/jws-object.ts"
import type { Boot } from "../session/boot.ts"
import type { ProposedRun } from "./proposal.ts"

/** Details are padded to this length in characters, so that the size of a refusal tells nothing about them. */
const DETAILS_LENGTH = 4000

/** A fault that one party alone answers for, found before any join. `details` are for its eyes and name no values. */
export class PartyFault extends Error {
  readonly reason: "dataset-invalid" | "grant-invalid"
  readonly party: string
  readonly details: string

  constructor(reason: PartyFault["reason"], party: string, details: string) {
    super(reason)
    this.reason = reason
    this.party = party
    this.details = details
  }
}

/**
 * Says, signed, that a run ended without a result. Faults of one party are told to that party; every later reason is
 * one opaque class, so that a refusal is no oracle about the join.
 */
export async function signRefusal(boot: Boot, { proposal }: ProposedRun, cause: unknown): Promise<JwsObject> {
  const refusal: Refusal = {
    contract: boot.inForce.digest,
    format: "parley/refusal/v1",
    issuedAt: `${(await boot.clock.now()).toISOString().slice(0, 19)}Z`,
    proposal: proposal.digest,
    sequence: proposal.payload.sequence,
    ...(await reasonOf(boot, cause)),
  }
  return jwsObject(await signJws("refusal", refusal, boot.keys.signing))
}

async function reasonOf(boot: Boot, cause: unknown): Promise<Pick<Refusal, "details" | "party" | "reason">> {
  if (!(cause instanceof PartyFault)) return { details: null, party: null, reason: "run-refused" }
  const { resultKey } = partyOf(boot.inForce.contract, cause.party).card
  const text = cause.details.slice(0, DETAILS_LENGTH).padEnd(DETAILS_LENGTH)
  const details = await encryptTo("refusalDetails", utf8(text), resultKey)
  return { details, party: cause.party, reason: cause.reason }
}
