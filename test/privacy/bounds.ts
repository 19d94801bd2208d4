/** Bounds on probabilities from counts, and what the Gaussian mechanism loses exactly: what an experiment is held against. */

/** Clopper and Pearson's one-sided bounds of a probability after `hits` of `runs`, each wrong with probability `alpha`. */
export function clopperPearson(
  hits: number,
  runs: number,
  alpha: number,
): { readonly low: number; readonly high: number } {
  const low = hits === 0 ? 0 : root((p) => incompleteBeta(p, hits, runs - hits + 1) - alpha)
  const high = hits === runs ? 1 : root((p) => incompleteBeta(p, hits + 1, runs - hits) - (1 - alpha))
  return { high, low }
}

/**
 * The epsilon at which Gaussian noise of rho-zCDP has this delta (Balle and Wang 2018, Theorem 8): the two hypotheses
 * are normal with means sqrt(2 rho) standard deviations apart. For deltas from a thousandth on.
 */
export function gaussianEpsilon(rho: number, delta: number): number {
  const mean = Math.sqrt(2 * rho)
  const deltaAt = (epsilon: number) =>
    normal(mean / 2 - epsilon / mean) - Math.exp(epsilon) * normal(-mean / 2 - epsilon / mean)
  if (deltaAt(0) <= delta) return 0
  // Beyond it the second term's rounding outgrows the difference.
  return 10 * root((share) => delta - deltaAt(10 * share))
}

/** Where a function that grows on 0..1 crosses zero. */
function root(grows: (x: number) => number): number {
  let [low, high] = [0, 1]
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2
    if (grows(middle) < 0) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Distribution function of the standard normal, by Simpson's rule over its density. */
function normal(x: number): number {
  const steps = 400
  const width = Math.max(-12, Math.min(12, x)) / steps
  const density = (t: number) => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI)
  let sum = density(0) + density(steps * width)
  for (let i = 1; i < steps; i++) sum += (i % 2 === 1 ? 4 : 2) * density(i * width)
  return 0.5 + (sum * width) / 3
}

/** I_x(a, b) for whole a and b: the chance of at least `a` hits in a + b - 1 trials, summed from the largest term. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const trials = a + b - 1
  const logOf = (hits: number) =>
    logFactorial(trials) -
    logFactorial(hits) -
    logFactorial(trials - hits) +
    hits * Math.log(x) +
    (trials - hits) * Math.log1p(-x)
  // From the border of the shorter tail outwards, until terms no longer count.
  const upper = a > trials * x
  let total = 0
  for (let hits = upper ? a : a - 1; hits >= 0 && hits <= trials; hits += upper ? 1 : -1) {
    const term = Math.exp(logOf(hits))
    total += term
    if (term < total * 1e-15) break
  }
  return upper ? total : 1 - total
}

const LOG_FACTORIALS: number[] = [0]

function logFactorial(n: number): number {
  for (let i = LOG_FACTORIALS.length; i <= n; i++) LOG_FACTORIALS.push((LOG_FACTORIALS[i - 1] ?? 0) + Math.log(i))
  return LOG_FACTORIALS[n] ?? 0
}
