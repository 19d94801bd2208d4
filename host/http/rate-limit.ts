import { ParleyError } from "../../shared/errors/index.ts"

const WINDOW_MS = 60_000

/** So many requests a minute for each party. */
export class RateLimit {
  readonly #most: number
  #counts = new Map<string, number>()
  #began = 0

  constructor(most: number) {
    this.#most = most
  }

  take(party: string): void {
    const now = Date.now()
    if (now - this.#began > WINDOW_MS) {
      this.#counts = new Map()
      this.#began = now
    }
    const count = (this.#counts.get(party) ?? 0) + 1
    this.#counts.set(party, count)
    if (count > this.#most) throw new ParleyError("rate-limited", `more than ${this.#most} requests a minute`)
  }
}
