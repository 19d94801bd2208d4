import { deliver, type RunAnswer } from "./run-proposal.ts"

/** What an enclave has answered. It is kept until the disk has taken it: a boot that has refused will not say so again. */
export class Delivery {
  readonly #folder: string
  #held: { readonly answer: RunAnswer; readonly proposal: string } | null = null

  constructor(folder: string) {
    this.#folder = folder
  }

  get waiting(): boolean {
    return this.#held !== null
  }

  hold(proposal: string, answer: RunAnswer): void {
    this.#held = { answer, proposal }
  }

  /** Writes what is held; throws, and keeps it, while the disk does not take it. */
  async write(): Promise<{ readonly outcome: RunAnswer["answer"]; readonly proposal: string } | null> {
    const held = this.#held
    if (held === null) return null
    await deliver(this.#folder, held.proposal, held.answer)
    this.#held = null
    return { outcome: held.answer.answer, proposal: held.proposal }
  }
}
