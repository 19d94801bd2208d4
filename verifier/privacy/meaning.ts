import { rationalOf } from "../../shared/privacy/rational.ts"
import { divideUp, exponentialUp, ONE, textUp } from "../../shared/privacy/upward.ts"

/** Beyond this the odds have more digits than anybody reads, and the promise is none. */
const MEANINGLESS = 50n

/**
 * What (epsilon, delta) means for one person. Whoever thinks it p likely that somebody is in the data thinks so, after
 * the results, with at most e^epsilon p / (1 - p + e^epsilon p), whatever else is known; but for a chance of delta.
 */
export function meaningOf({ delta, epsilon }: { readonly delta: string; readonly epsilon: string }): readonly string[] {
  const loss = rationalOf(epsilon)
  const except = `but for a chance of ${delta}`
  if (loss.numerator > MEANINGLESS * loss.denominator) {
    return [`epsilon ${epsilon} protects nobody: the results may tell with near certainty who is in the data`]
  }
  const odds = exponentialUp(divideUp(loss.numerator * ONE, loss.denominator))
  return [
    `who thinks it 50 % likely that a certain person is in the data is afterwards at most ${percent(odds, 50n)} % sure, ` +
      `and from 1 % it is at most ${percent(odds, 1n)} %, whatever else is known; ${except}`,
    `no result becomes more than ${textUp(odds, 2)} times as likely because a person takes part; ${except}`,
  ]
}

/** What remains of a prior belief, in percent, rounded up: p E / (100 - p + p E) grows with E. */
function percent(odds: bigint, prior: bigint): string {
  return textUp(divideUp(100n * prior * odds * ONE, (100n - prior) * ONE + prior * odds), 1)
}
