import type { Bytes } from "../../shared/bytes.ts"
import type { Random } from "./random.ts"

/** One input, with what it was made from and how. */
export interface Input {
  readonly base: string
  readonly bytes: Bytes
  readonly mutations: readonly string[]
}

/** What decodes or judges hostile bytes, with what has to be true of it. */
export interface Target<R> {
  readonly name: string
  /** Codes that it may throw; anything else is a failure. */
  readonly codes: ReadonlySet<string>
  generate(random: Random): Input
  run(input: Input): Promise<R>
  /** What is wrong with having accepted this input, or null. */
  fault(input: Input, result: R): string | null
  /** The same judgement by other means, by name: each has to come out the same. */
  readonly again: Readonly<Record<string, (input: Input) => Promise<R>>>
  /** The stage at which a code is decided, for the totals. */
  stageOf?(code: string): string | null
}
