import { type CodeEntry, EXIT } from "./exit-codes.ts"

/** Codes of the enclave's session: phases, the contract slot, the NSM, and how a run ends without a result. */
export const SESSION_CODES = {
  "phase-illegal": {
    exit: EXIT.rejected,
    todo: "The enclave does not take this request in its present phase. Look at `parley-host status`.",
  },
  "contract-slot-taken": {
    exit: EXIT.rejected,
    todo: "This boot serves one contract and has one already. Ask the operator for another enclave.",
  },
  "nsm-failed": { exit: EXIT.io, todo: "The security module did not answer as it must. Restart the enclave." },
  "pcr-not-bound": {
    exit: EXIT.rejected,
    todo: "PCR16 or PCR17 do not hold what was extended. Do not use this boot; restart the enclave.",
  },
  "clock-backwards": { exit: EXIT.rejected, todo: "The security module's time went back. Restart the enclave." },
  "run-refused": {
    exit: EXIT.rejected,
    todo: "The enclave ended the run after it had read data and says no more than that. Run it again in the next sequence.",
  },
} as const satisfies Record<string, CodeEntry>
