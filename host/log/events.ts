/**
 * Everything that the host may log, and with which fields (host/README.md lists the same). A closed list keeps data,
 * nonces and addresses out of logs by construction.
 */
export const EVENTS = {
  "challenge-answered": ["contract"],
  "contract-opened": ["contract"],
  "disk-low": ["freeBytes", "reserveBytes"],
  "disk-recovered": ["freeBytes", "reserveBytes"],
  "enclave-ended": ["contract"],
  "enclave-started": ["simulated"],
  "host-draining": [],
  "host-started": ["port", "simulated"],
  "host-stopping": [],
  "object-stored": ["contract", "folder", "party"],
  "part-stored": ["contract", "manifest", "part", "party"],
  "request-refused": ["code", "method", "party"],
  "room-failed": ["code", "contract"],
  "run-begun": ["contract", "proposal"],
  "run-failed": ["code", "contract", "proposal"],
  "run-refused": ["contract", "proposal"],
  "run-released": ["contract", "proposal"],
} as const satisfies Record<string, readonly string[]>

export type EventName = keyof typeof EVENTS
export type EventFields<E extends EventName> = Readonly<Record<(typeof EVENTS)[E][number], boolean | number | string>>
