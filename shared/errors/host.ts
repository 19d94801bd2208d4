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
  "request-audience": {
    exit: EXIT.rejected,
    todo: "Give --host as the operator names it (`origins` in its host.json). A request signed for one host is of no use to another.",
  },
  "host-disk-full": {
    exit: EXIT.limit,
    todo: "Tell the operator. Nothing is lost: run the command again when there is room, and it goes on where it was.",
  },
  "host-draining": {
    exit: EXIT.unreachable,
    todo: "The operator is about to stop the host. Run the command again when it is back; files in the room are kept.",
  },
  "backup-damaged": {
    exit: EXIT.malformed,
    todo: "A file of the backup is missing or was changed. Nothing was restored; use another backup.",
  },
} as const satisfies Record<string, CodeEntry>
