import type { Contract } from "../../shared/contract/contract.ts"
import { ParleyError } from "../../shared/errors/index.ts"

/**
 * When a private run ends, counted from its first key, whatever the data are and whatever happened: the time of an
 * answer is an oracle about a join (THREATS, "join size or time as an oracle"). Under thresholds nothing is held back.
 */
export class ReleaseTime {
  readonly #due: number | null

  constructor({ release }: Pick<Contract, "release">, firstKey: number = performance.now()) {
    this.#due = release.mode === "differential-privacy" ? firstKey + release.delaySeconds * 1000 : null
  }

  /**
   * What the work came to, or its failure, at that time and not before. Work that is not done by then has no result:
   * one that came later would tell how long it took.
   */
  async hold<T>(work: Promise<T>): Promise<T> {
    if (this.#due === null) return work
    let settled: (() => T) | null = null
    work.then(
      (value) => {
        settled = () => value
      },
      (cause: unknown) => {
        settled = () => {
          throw cause
        }
      },
    )
    await until(this.#due)
    if (settled === null) throw new ParleyError("engine-failed", "not done by the time of release")
    return (settled as () => T)()
  }
}

/** A timer may fire a little early. */
async function until(due: number): Promise<void> {
  for (let left = due - performance.now(); left > 0; left = due - performance.now()) {
    await new Promise((resolve) => setTimeout(resolve, Math.ceil(left)))
  }
}
