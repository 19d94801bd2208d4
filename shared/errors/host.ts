import type { CodeEntry } from "./exit-codes.ts"

/** Codes of the host and of talking to it. */
export const HOST_CODES = {} as const satisfies Record<string, CodeEntry>
