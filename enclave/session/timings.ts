/** Names of the phases whose duration `--timings` reports. */
export type TimedPhase = "decrypt" | "ingest" | "query" | "gate" | "sign"

/**
 * Durations of a run's phases, for benchmarks. Off by default: a host that may time each phase learns more about the
 * data than one that sees the run as a whole.
 */
export class Timings {
  readonly #report: ((phase: TimedPhase, milliseconds: number) => void) | null

  constructor(report: ((phase: TimedPhase, milliseconds: number) => void) | null) {
    this.#report = report
  }

  async measure<T>(phase: TimedPhase, work: () => Promise<T>): Promise<T> {
    const start = performance.now()
    try {
      return await work()
    } finally {
      this.#report?.(phase, performance.now() - start)
    }
  }
}
