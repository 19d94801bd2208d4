import * as z from "zod"
import { Digest } from "../json/fields.ts"

/** Folder of a room for what the host says of runs that did not begin. */
export const NOTICES = "notices"

/**
 * A host's word that an enclave did not run a proposal with these grants, and with which code. It is signed by nobody:
 * a hint at what to do next, and no evidence of anything.
 */
export const RunNotice = z.strictObject({
  code: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/),
  format: z.literal("parley/run-notice/v1"),
  grants: z.array(Digest).max(64),
  proposal: Digest,
})
export type RunNotice = z.infer<typeof RunNotice>

export const MAX_NOTICE_BYTES = 8 * 1024

export function noticePath(proposal: string): string {
  return `${NOTICES}/${proposal}.json`
}
