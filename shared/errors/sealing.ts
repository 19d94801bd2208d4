import type { CodeEntry } from "./exit-codes.ts"

/** Codes of the sealed format and of sealing. */
export const SEALING_CODES = {} as const satisfies Record<string, CodeEntry>
