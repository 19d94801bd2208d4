import { add, type Rational, rational, rationalOf } from "./rational.ts"
import { divideUp, logarithmUp, multiplyUp, ONE, squareRootUp } from "./upward.ts"

/** A bound on what is lost: (epsilon, delta)-differential privacy, as decimal texts. */
export interface PrivacyBound {
  readonly delta: string
  readonly epsilon: string
}

/**
 * Zero-concentrated differential privacy adds up over releases, however each was chosen from those before it (Bun and
 * Steinke 2016, Lemma 2.3): exactly, from decimal texts.
 */
export function totalRho(spent: readonly string[]): Rational {
  return spent.map(rationalOf).reduce(add, rational(0n, 1n))
}

/**
 * The epsilon, in units of 10^-40, for which rho-zCDP gives (epsilon, delta)-DP: rho + 2 sqrt(rho ln(1/delta)) (Bun and
 * Steinke 2016, Proposition 1.3). Rounded against us: the expression grows with rho and with ln(1/delta), and each step
 * rounds up, so the result is at least the true one.
 */
export function epsilonUp(rho: Rational, delta: Rational): bigint {
  requireProbability(delta)
  if (rho.numerator < 0n) throw new RangeError("rho is negative")
  const fixed = divideUp(rho.numerator * ONE, rho.denominator)
  const logarithm = logarithmUp(delta.denominator, delta.numerator)
  return fixed + 2n * squareRootUp(multiplyUp(fixed, logarithm))
}

/** Whether a total of rho stays within a budget: the loss is rounded up, the budget is exact. */
export function withinBudget(rho: Rational, { delta, epsilon }: PrivacyBound): boolean {
  const budget = rationalOf(epsilon)
  return epsilonUp(rho, rationalOf(delta)) * budget.denominator <= budget.numerator * ONE
}

function requireProbability({ denominator, numerator }: Rational): void {
  if (numerator <= 0n || numerator >= denominator) throw new RangeError("delta is not between 0 and 1")
}
