import { createReadStream } from "node:fs"
import { join } from "node:path"
import type { Manifest } from "../../shared/protocol/manifest.ts"
import type { Proposal } from "../../shared/protocol/proposal.ts"
import { partPath } from "../../shared/room/layout.ts"
import { jwsObject } from "../../shared/signed/jws-object.ts"
import type { RoomObject } from "../../verifier/room/objects.ts"
import type { EnclaveClient } from "../enclave/client.ts"
import { enclaveFault } from "../enclave/fault.ts"

const READ_BYTES = 1024 * 1024

/** An open proposal whose ciphertext lies here. */
export interface PreparedProposal {
  readonly proposal: RoomObject<Proposal>
  readonly manifests: readonly RoomObject<Manifest>[]
}

/**
 * Gives the enclave a proposal's ciphertext. That may be done before anybody has granted it: there are no keys yet.
 * `silenceMs` is how long the enclave is waited for.
 */
export async function stageProposal(
  client: EnclaveClient,
  folder: string,
  prepared: PreparedProposal,
  silenceMs: number,
): Promise<void> {
  const { manifests, proposal } = prepared
  const announced = await client.request(
    { manifests: manifests.map(({ jws }) => jwsObject(jws)), op: "stage", proposal: [jwsObject(proposal.jws)] },
    silenceMs,
  )
  if (announced.answer !== "accepted") throw enclaveFault(announced)
  for (const { digest, payload } of manifests) {
    for (const [index, { bytes }] of payload.parts.entries()) {
      const path = join(folder, partPath(digest, index))
      const source = padded(createReadStream(path, { end: bytes - 1, highWaterMark: READ_BYTES }), bytes)
      const taken = await client.part({ bytes, index, manifest: digest, op: "part" }, source, silenceMs)
      if (taken.answer !== "accepted") throw enclaveFault(taken)
    }
  }
}

/** A part that is shorter on this disk than its manifest says is filled up to what was announced; its digest then refuses it. */
async function* padded(source: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  let left = bytes
  for await (const chunk of source) {
    left -= chunk.length
    yield chunk
  }
  for (; left > 0; left -= Math.min(left, READ_BYTES)) yield new Uint8Array(Math.min(left, READ_BYTES))
}
