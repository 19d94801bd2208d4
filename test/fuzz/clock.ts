import type { Totals } from "./totals.ts"

/** Ends a target's share of the time, and says every half minute how far it is. */
export class Clock {
  readonly #name: string
  readonly #started = Date.now()
  readonly #until: number
  readonly #totals: Totals
  #next: number

  constructor(name: string, milliseconds: number, totals: Totals) {
    this.#name = name
    this.#totals = totals
    this.#until = this.#started + milliseconds
    this.#next = this.#started + 30_000
  }

  more(): boolean {
    const now = Date.now()
    if (now >= this.#next) {
      this.#next = now + 30_000
      process.stdout.write(
        `${this.#name}: ${this.#totals.inputs} inputs, ${Math.round((now - this.#started) / 1000)} s\n`,
      )
    }
    return now < this.#until
  }

  perMinute(): number {
    return Math.round((this.#totals.inputs * 60_000) / Math.max(1, Date.now() - this.#started))
  }
}
