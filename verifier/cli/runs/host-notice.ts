import { type ErrorCode, isErrorCode, ParleyError } from "../../../shared/errors/index.ts"
import { MAX_NOTICE_BYTES, noticePath, RunNotice } from "../../../shared/http/notice.ts"
import { parseCanonical } from "../../../shared/json/canonical.ts"
import type { RoomGrant } from "../../room/objects.ts"
import type { Room } from "../room.ts"
import { passOver } from "./bundles.ts"
import type { RunStatus } from "./state.ts"

/** What the host says of a run that does not come about. Nobody has signed it: a hint, and no evidence. */
export interface HostWord {
  readonly code: ErrorCode
  readonly todo: string
  readonly verified: false
}

/** A run as far as the host's word is held against it. */
export interface TalkedAbout {
  readonly state: RunStatus["state"]
  readonly proposal: Pick<RunStatus["proposal"], "digest">
  readonly grants: readonly (Pick<RoomGrant, "complete" | "digest"> & {
    readonly grant: Pick<RoomGrant["grant"], "created" | "party">
  })[]
}

/** The host's word about the grants that a run has now; one about earlier grants is out of date. */
export async function hostWord(
  room: Pick<Room, "files">,
  { grants, proposal, state }: TalkedAbout,
): Promise<HostWord | null> {
  if (state !== "granted" && state !== "proposed") return null
  const bytes = await room.files.read(noticePath(proposal.digest), MAX_NOTICE_BYTES).catch(passOver)
  const notice = bytes === null ? null : readNotice(bytes)
  if (notice?.proposal !== proposal.digest || !isErrorCode(notice.code)) return null
  const present = newest(grants)
  const named = new Set(notice.grants)
  // One without grants is about the ciphertext alone; once everybody has granted, the run itself is tried.
  const early = named.size === 0 && state === "proposed"
  const current = early || (named.size === present.size && notice.grants.every((digest) => present.has(digest)))
  return current ? { code: notice.code, todo: new ParleyError(notice.code, "").todo, verified: false } : null
}

/** Sentences for a person. */
export function hostWordText({ code, todo }: HostWord): string {
  return `the host says, and nobody has signed it: refused by the enclave: ${code}\n  what to do: ${todo}`
}

function readNotice(bytes: Uint8Array): RunNotice | null {
  try {
    return parseCanonical(bytes, RunNotice, MAX_NOTICE_BYTES)
  } catch (cause) {
    return passOver(cause)
  }
}

/** Digests of every party's newest whole grant. */
function newest(grants: TalkedAbout["grants"]): ReadonlySet<string> {
  const oldestFirst = grants
    .filter(({ complete }) => complete)
    .toSorted((a, b) => a.grant.created.localeCompare(b.grant.created))
  return new Set(new Map(oldestFirst.map(({ digest, grant }) => [grant.party, digest])).values())
}
