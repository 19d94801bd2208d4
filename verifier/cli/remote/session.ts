import { join } from "node:path"
import { ParleyError } from "../../../shared/errors/index.ts"
import { parseLoose } from "../../../shared/json/canonical.ts"
import { MAX_SESSION_EVIDENCE_BYTES, SessionEvidence } from "../../../shared/protocol/session.ts"
import { challengePath, sessionPath } from "../../../shared/room/layout.ts"
import { writeAtomically } from "../files.ts"
import type { Room } from "../room.ts"
import { postNonce } from "./client.ts"

const POLL_MS = 200

/** Asks the enclave of a contract to answer a nonce: over HTTP when there is a host, else by a file in the room. */
export async function requestSession(
  room: Room,
  contract: string,
  nonce: string,
  timeoutMs: number,
): Promise<SessionEvidence> {
  if (room.host !== null) return postNonce(room, room.host, contract, nonce)
  await writeAtomically(join(room.folder, challengePath(nonce)), "")
  for (const end = Date.now() + timeoutMs; Date.now() < end; ) {
    const bytes = await room.files.read(sessionPath(nonce), MAX_SESSION_EVIDENCE_BYTES)
    if (bytes !== null) return parseLoose(bytes, SessionEvidence, MAX_SESSION_EVIDENCE_BYTES)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  throw new ParleyError("enclave-unreachable", `no answer to the nonce in ${timeoutMs / 1000} s`, {
    todo: "Is `parley-host start --room` running on this room, and has every party signed the contract?",
  })
}
