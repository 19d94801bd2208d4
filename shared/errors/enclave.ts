import type { CodeEntry } from "./exit-codes.ts"

/** Codes of the query profile, the enclave session and the gate. */
export const ENCLAVE_CODES = {} as const satisfies Record<string, CodeEntry>
