import { rm } from "node:fs/promises"
import { join } from "node:path"
import type { ErrorCode } from "../../shared/errors/index.ts"
import { noticePath, type RunNotice } from "../../shared/http/notice.ts"
import { canonicalBytes } from "../../shared/json/canonical.ts"
import { writeAtomically } from "../../verifier/cli/files.ts"
import type { RoomGrant } from "../../verifier/room/objects.ts"

/** Tells the parties that a run did not come about, and the public code. A disk that does not take it costs no run. */
export async function postNotice(
  room: string,
  proposal: string,
  grants: readonly RoomGrant[],
  code: ErrorCode,
): Promise<void> {
  const notice: RunNotice = {
    code,
    format: "parley/run-notice/v1",
    grants: grants.map(({ digest }) => digest),
    proposal,
  }
  await writeAtomically(join(room, noticePath(proposal)), canonicalBytes(notice)).catch(() => undefined)
}

export async function withdrawNotice(room: string, proposal: string): Promise<void> {
  await rm(join(room, noticePath(proposal)), { force: true })
}
