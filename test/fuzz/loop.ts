import { ParleyError } from "../../shared/errors/index.ts"
import { Random } from "./random.ts"
import { confirmOver, Meter } from "./resources.ts"
import type { Input, Target } from "./target.ts"
import type { Totals } from "./totals.ts"

/** An input for which an invariant does not hold. */
export interface Failure {
  readonly index: number
  readonly input: Input
  readonly reason: string
  readonly seed: number
  readonly target: string
}

export const ACCEPTED = "accepted"

/** Makes input number `index` of a seed again. */
export function inputOf<R>(target: Target<R>, seed: number, index: number): Input {
  return target.generate(new Random(seed, index))
}

/** Tries inputs from `from` on while `more` says so; stops at the first one for which an invariant does not hold. */
export async function fuzz<R>(
  target: Target<R>,
  seed: number,
  totals: Totals,
  more: (tried: number) => boolean,
): Promise<Failure | null> {
  for (let index = 0; more(index); index++) {
    const input = inputOf(target, seed, index)
    const reason = await judge(target, input, totals)
    if (reason !== null) return { index, input, reason, seed, target: target.name }
  }
  return null
}

/** What is wrong with how the target took this input, or null. */
export async function judge<R>(target: Target<R>, input: Input, totals: Totals): Promise<string | null> {
  const meter = new Meter()
  const attempt = await tried(target, () => target.run(input))
  const over = meter.over
  if ("wrong" in attempt) return attempt.wrong
  totals.count(input, attempt.outcome, target.stageOf?.(attempt.outcome) ?? attempt.outcome)
  const fault = "result" in attempt ? target.fault(input, attempt.result) : null
  if (fault !== null) return `accepted, but ${fault}`
  for (const [name, run] of Object.entries(target.again)) {
    const other = await tried(target, () => run(input))
    if ("wrong" in other) return `${name}: ${other.wrong}`
    if (other.outcome !== attempt.outcome) return `${attempt.outcome}, but ${other.outcome} by ${name}`
  }
  return over ? confirmOver(() => tried(target, () => target.run(input))) : null
}

type Attempt<R> = { readonly wrong: string } | { readonly outcome: string; readonly result?: R }

/** Runs and sorts what comes of it: a result, an error of the target's own codes, or something that must not happen. */
async function tried<R>(target: Target<R>, run: () => Promise<R>): Promise<Attempt<R>> {
  try {
    return { outcome: ACCEPTED, result: await run() }
  } catch (cause) {
    if (!(cause instanceof ParleyError)) return { wrong: `threw ${String(cause)}` }
    return target.codes.has(cause.code) ? { outcome: cause.code } : { wrong: `threw a foreign code, ${cause.code}` }
  }
}
