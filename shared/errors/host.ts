import { type CodeEntry, EXIT } from "./exit-codes.ts"

/** Codes of the wire between host and enclave, of the host, and of talking to it. */
export const HOST_CODES = {
  "wire-malformed": {
    exit: EXIT.malformed,
    todo: "Host and enclave run different versions, or bytes were changed between them.",
  },
  "enclave-unreachable": { exit: EXIT.unreachable, todo: "Ask the operator whether the enclave is running." },
  "host-unreachable": {
    exit: EXIT.unreachable,
    todo: "Check the URL and whether the host runs; files in the room are kept.",
  },
  "host-refused": { exit: EXIT.rejected, todo: "Read the host's message; the operator knows more." },
  "request-unsigned": { exit: EXIT.rejected, todo: "Sign the request with an admitted party's access key." },
  "request-replayed": { exit: EXIT.rejected, todo: "Sign every request anew." },
  "request-stale": { exit: EXIT.rejected, todo: "Check this machine's clock." },
  "not-admitted": { exit: EXIT.rejected, todo: "Ask the operator to run `parley-host admit` with your card." },
  "not-found": { exit: EXIT.rejected, todo: "Check the contract's digest and that your party is one of its parties." },
  "object-conflict": {
    exit: EXIT.rejected,
    todo: "The host holds other bytes under this name. Compare with the other parties.",
  },
  "quota-exceeded": { exit: EXIT.limit, todo: "Ask the operator for room, or delete old versions." },
  "rate-limited": { exit: EXIT.limit, todo: "Wait a minute and run the command again." },
} as const satisfies Record<string, CodeEntry>
