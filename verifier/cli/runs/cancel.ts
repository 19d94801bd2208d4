import { join } from "node:path"
import type { ContractInForce } from "../../../shared/contract/in-force.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { canonicalBytes, checkSchema } from "../../../shared/json/canonical.ts"
import { instant } from "../../../shared/json/instant.ts"
import { Cancellation } from "../../../shared/protocol/proposal.ts"
import { ROOM, signaturePath } from "../../../shared/room/layout.ts"
import { signJws } from "../../../shared/signed/jws.ts"
import { keyId, publicPart } from "../../../shared/signed/keys.ts"
import { objectDigest } from "../../../shared/signed/kinds.ts"
import { writeAtomically } from "../files.ts"
import { localParty } from "../home.ts"
import { localKey } from "../keys.ts"
import { book } from "../ledger/book.ts"
import type { Outcome } from "../outcome.ts"
import type { Room } from "../room.ts"
import { chosen, runStatuses } from "./state.ts"

/** Takes back a proposal of this party: booked before it is told. */
export async function cancel(
  room: Room,
  inForce: ContractInForce,
  proposal: string,
  options: { reason: string; key?: string },
): Promise<Outcome> {
  const run = chosen(await runStatuses(room, inForce), proposal)
  const { name: party } = await localParty(room.home)
  if (run.proposal.payload.proposer !== party)
    throw new ParleyError("proposal-invalid", "only the proposer cancels a proposal")
  if (run.state === "released") throw new ParleyError("sequence-used", "this run has a receipt already")
  const cancellation = checkSchema(
    {
      contract: inForce.digest,
      created: instant(new Date()),
      format: "parley/cancellation/v1",
      party,
      proposal: run.proposal.digest,
      reason: options.reason,
    },
    Cancellation,
  )
  const key = await localKey(room.home, "sign", options.key)
  await book(room.home, { contract: inForce.digest, event: "proposal-cancelled", proposal: run.proposal.digest })
  const path = signaturePath(
    ROOM.cancellations,
    objectDigest("cancellation", canonicalBytes(cancellation)),
    keyId(publicPart(key.jwk)),
  )
  await writeAtomically(join(room.folder, path), await signJws("cancellation", cancellation, key.jwk))
  return { json: { cancelled: run.proposal.digest }, text: `cancelled ${run.proposal.digest}` }
}
