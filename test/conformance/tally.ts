/** What a judge did with the vectors of one file: every vector is either run or set aside for a stated reason. */
export class Tally {
  ran = 0
  readonly #aside = new Map<string, number>()

  run(): void {
    this.ran++
  }

  notApplicable(reason: string, vectors = 1): void {
    this.#aside.set(reason, (this.#aside.get(reason) ?? 0) + vectors)
  }

  get aside(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#aside)
  }
}

/** Judges the vectors of one file by the product's code; throws an assertion where they disagree. */
export type Judge = (file: Buffer, tally: Tally, path: string) => Promise<void> | void
