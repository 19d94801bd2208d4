/** Process exit codes of `parley` and `parley-host` (SPEC.md, "Exit codes"). */
export const EXIT = {
  done: 0,
  internal: 1,
  rejected: 10,
  unsupported: 20,
  malformed: 30,
  unreachable: 40,
  waiting: 41,
  limit: 50,
  usage: 64,
  io: 74,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** What a table of codes says about one code: how a process ends on it and what its user does next. */
export interface CodeEntry {
  readonly exit: ExitCode
  readonly todo: string
}
