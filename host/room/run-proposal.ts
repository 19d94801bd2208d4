import { join } from "node:path"
import { canonicalBytes } from "../../shared/json/canonical.ts"
import { ROOM, receiptPath, resultPath, signaturePath } from "../../shared/room/layout.ts"
import { peekJwsUnverified } from "../../shared/signed/jws.ts"
import { jwsObject } from "../../shared/signed/jws-object.ts"
import type { EnclaveResponse } from "../../shared/wire/messages.ts"
import { writeAtomically } from "../../verifier/cli/files.ts"
import type { RoomGrant } from "../../verifier/room/objects.ts"
import type { EnclaveClient } from "../enclave/client.ts"
import { enclaveFault } from "../enclave/fault.ts"
import type { PreparedProposal } from "./stage-proposal.ts"

/** A proposal that every party has granted to the present boot. */
export interface RunnableProposal extends PreparedProposal {
  readonly grants: readonly RoomGrant[]
  readonly runSeconds: number
}

/** How an enclave ended a run. */
export type RunAnswer = Extract<EnclaveResponse, { answer: "refused" | "released" }>

/** Runs what the enclave has staged. `silenceMs` is how long it is waited for, beside the run itself. */
export async function runProposal(
  client: EnclaveClient,
  { grants, manifests, proposal, runSeconds }: RunnableProposal,
  silenceMs: number,
): Promise<RunAnswer> {
  const answer = await client.request(
    {
      grants: grants.flatMap(({ signatures }) => signatures.map(jwsObject)),
      manifests: manifests.map(({ jws }) => jwsObject(jws)),
      op: "run",
      proposal: [jwsObject(proposal.jws)],
    },
    runSeconds * 1000 + silenceMs,
  )
  if (answer.answer === "refused" || answer.answer === "released") return answer
  throw enclaveFault(answer)
}

/** Writes what came out into the room. The receipt is written last; all of it may be written again. */
export async function deliver(folder: string, proposal: string, answer: RunAnswer): Promise<void> {
  if (answer.answer === "refused") return writeRefusal(folder, answer)
  for (const { jwe, recipient } of answer.results) {
    await writeAtomically(join(folder, resultPath(proposal, recipient)), jwe)
  }
  await writeAtomically(join(folder, receiptPath(proposal)), canonicalBytes(answer.bundle))
}

async function writeRefusal(
  folder: string,
  { refusal }: Extract<EnclaveResponse, { answer: "refused" }>,
): Promise<void> {
  const jws = canonicalBytes(refusal)
  const { digest, kid } = peekJwsUnverified("refusal", jws)
  await writeAtomically(join(folder, signaturePath(ROOM.refusals, digest, kid)), jws)
}
