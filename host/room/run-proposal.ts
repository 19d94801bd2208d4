import { createReadStream } from "node:fs"
import { join } from "node:path"
import { canonicalBytes } from "../../shared/json/canonical.ts"
import type { Manifest } from "../../shared/protocol/manifest.ts"
import type { Proposal } from "../../shared/protocol/proposal.ts"
import { partPath, ROOM, receiptPath, resultPath, signaturePath } from "../../shared/room/layout.ts"
import { peekJwsUnverified } from "../../shared/signed/jws.ts"
import { jwsObject } from "../../shared/signed/jws-object.ts"
import type { EnclaveResponse } from "../../shared/wire/messages.ts"
import { writeAtomically } from "../../verifier/cli/files.ts"
import type { RoomGrant, RoomObject } from "../../verifier/room/objects.ts"
import type { EnclaveClient } from "../enclave/client.ts"
import { enclaveFault } from "../enclave/fault.ts"

/** Silence after which an enclave is given up, in milliseconds, beside the run itself. */
const ANSWER_MS = 120_000
const READ_BYTES = 1024 * 1024

/** A proposal that every party has granted to the present boot. */
export interface RunnableProposal {
  readonly proposal: RoomObject<Proposal>
  readonly grants: readonly RoomGrant[]
  readonly manifests: readonly RoomObject<Manifest>[]
  readonly runSeconds: number
}

/** Carries a run through the enclave and writes what comes out into the room. The receipt is written last. */
export async function runProposal(
  client: EnclaveClient,
  folder: string,
  run: RunnableProposal,
): Promise<"refused" | "released"> {
  const answer = await drive(client, folder, run)
  if (answer.answer === "refused") {
    await writeRefusal(folder, answer)
    return "refused"
  }
  if (answer.answer !== "released") throw enclaveFault(answer)
  for (const { jwe, recipient } of answer.results) {
    await writeAtomically(join(folder, resultPath(run.proposal.digest, recipient)), jwe)
  }
  await writeAtomically(join(folder, receiptPath(run.proposal.digest)), canonicalBytes(answer.bundle))
  return "released"
}

async function drive(client: EnclaveClient, folder: string, run: RunnableProposal): Promise<EnclaveResponse> {
  const { grants, manifests, proposal, runSeconds } = run
  const begun = await client.request(
    {
      grants: grants.flatMap(({ signatures }) => signatures.map(jwsObject)),
      manifests: manifests.map(({ jws }) => jwsObject(jws)),
      op: "begin",
      proposal: [jwsObject(proposal.jws)],
    },
    ANSWER_MS,
  )
  if (begun.answer !== "accepted") return begun
  for (const manifest of manifests) {
    for (const [index, { bytes }] of manifest.payload.parts.entries()) {
      const source = createReadStream(join(folder, partPath(manifest.digest, index)), {
        end: bytes - 1,
        highWaterMark: READ_BYTES,
      })
      const taken = await client.part(
        { bytes, index, manifest: manifest.digest, op: "part" },
        padded(source, bytes),
        ANSWER_MS,
      )
      if (taken.answer !== "accepted") return taken
    }
  }
  return client.request({ op: "execute" }, runSeconds * 1000 + ANSWER_MS)
}

/** A part that is shorter on this disk than its manifest says is filled up: the enclave says in whose data the fault is. */
async function* padded(source: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  let left = bytes
  for await (const chunk of source) {
    left -= chunk.length
    yield chunk
  }
  for (; left > 0; left -= Math.min(left, READ_BYTES)) yield new Uint8Array(Math.min(left, READ_BYTES))
}

async function writeRefusal(
  folder: string,
  { refusal }: Extract<EnclaveResponse, { answer: "refused" }>,
): Promise<void> {
  const jws = canonicalBytes(refusal)
  const { digest, kid } = peekJwsUnverified("refusal", jws)
  await writeAtomically(join(folder, signaturePath(ROOM.refusals, digest, kid)), jws)
}
