import { type CodeEntry, EXIT } from "./exit-codes.ts"

/** Codes of the wire between host and enclave, of the host, and of talking to it. */
export const HOST_CODES = {
  "wire-malformed": {
    exit: EXIT.malformed,
    todo: "Host and enclave run different versions, or bytes were changed between them.",
  },
  "enclave-unreachable": { exit: EXIT.unreachable, todo: "Ask the operator whether the enclave is running." },
} as const satisfies Record<string, CodeEntry>
