import { ParleyError } from "../../shared/errors/index.ts"

const WINDOW_MS = 60_000
/** Addresses are free for an attacker: the table is forgotten rather than grow. */
const MAX_KEYS = 100_000

/** So many requests a minute for each party, or for each IP address. */
export class RateLimit {
  readonly #most: number
  #counts = new Map<string, number>()
  #began = 0

  constructor(most: number) {
    this.#most = most
  }

  /** Counts one request; throws when it is one too many. */
  take(key: string): void {
    this.count(key)
    if (this.#of(key) > this.#most) throw this.#limited()
  }

  /** Throws when the key has had its share, without counting. */
  requireLeft(key: string): void {
    this.#turn()
    if (this.#of(key) >= this.#most) throw this.#limited()
  }

  count(key: string): void {
    this.#turn()
    this.#counts.set(key, this.#of(key) + 1)
  }

  #of(key: string): number {
    return this.#counts.get(key) ?? 0
  }

  #turn(): void {
    const now = Date.now()
    if (now - this.#began <= WINDOW_MS && this.#counts.size < MAX_KEYS) return
    this.#counts = new Map()
    this.#began = now
  }

  #limited(): ParleyError {
    return new ParleyError("rate-limited", `more than ${this.#most} requests a minute`)
  }
}
