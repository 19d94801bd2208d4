import type { CodeEntry } from "./exit-codes.ts"

/** Codes of the attestation verifier. */
export const ATTESTATION_CODES = {} as const satisfies Record<string, CodeEntry>
