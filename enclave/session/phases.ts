import { ParleyError } from "../../shared/errors/index.ts"

/**
 * Phases of one boot (SPEC.md, "Session"). `empty` has no contract, `open` may attest and takes ciphertext,
 * `running` holds keys and plaintext. `ended` has no way out: a failure once keys are held is terminal.
 */
const NEXT = {
  empty: ["opening"],
  opening: ["open", "ended"],
  open: ["granting", "ended"],
  granting: ["open", "running", "ended"],
  running: ["open", "ended"],
  ended: [],
} as const

export type Phase = keyof typeof NEXT

/** The one place that holds the phase; every step is synchronous, so two requests cannot both take it. */
export class PhaseTable {
  #phase: Phase = "empty"

  get phase(): Phase {
    return this.#phase
  }

  enter(next: Phase): void {
    const allowed: readonly Phase[] = NEXT[this.#phase]
    if (!allowed.includes(next)) throw new ParleyError("phase-illegal", `not possible in phase ${this.#phase}`)
    this.#phase = next
  }

  require(phase: Phase): void {
    if (this.#phase !== phase) throw new ParleyError("phase-illegal", `not possible in phase ${this.#phase}`)
  }

  /** Ends the boot from any phase. */
  end(): void {
    this.#phase = "ended"
  }
}
