import type { ByteSource } from "./byte-source.ts"
import { integerSquareRoot, type Rational } from "./rational.ts"

/**
 * Exact sampling by integers alone: Canonne, Kamath, Steinke, "The Discrete Gaussian for Differential Privacy" (2020),
 * Algorithms 1 to 3. A floating-point sampler has holes in its support that tell the true value (Mironov 2012). Every
 * draw takes fresh bytes, those that are thrown away included.
 */

/** Uniform over 0, 1, ..., bound - 1. */
export function uniform(source: ByteSource, bound: bigint): bigint {
  if (bound < 1n) throw new RangeError("nothing to choose from")
  if (bound === 1n) return 0n
  const bits = bitLength(bound - 1n)
  const length = (bits + 7) >> 3
  const surplus = BigInt(8 * length - bits)
  for (;;) {
    let drawn = 0n
    for (const byte of source(length)) drawn = (drawn << 8n) | BigInt(byte)
    drawn >>= surplus
    if (drawn < bound) return drawn
  }
}

function bitLength(value: bigint): number {
  return value < 2n ** 32n ? 32 - Math.clz32(Number(value)) : value.toString(2).length
}

/** True with probability numerator / denominator, which is at most 1. */
function bernoulli(source: ByteSource, numerator: bigint, denominator: bigint): boolean {
  return uniform(source, denominator) < numerator
}

/** True with probability exp(-gamma), gamma = numerator / denominator at least 0 (Algorithm 1). */
export function bernoulliExp(source: ByteSource, { denominator, numerator }: Rational): boolean {
  if (numerator < 0n) throw new RangeError("gamma is negative")
  for (let whole = numerator / denominator; whole > 0n; whole--) if (!bernoulliExpUnit(source, 1n, 1n)) return false
  return bernoulliExpUnit(source, numerator % denominator, denominator)
}

/** The same for gamma at most 1: the first k of which a draw with probability gamma / k fails is odd. */
function bernoulliExpUnit(source: ByteSource, numerator: bigint, denominator: bigint): boolean {
  let k = 1n
  while (bernoulli(source, numerator, denominator * k)) k++
  return k % 2n === 1n
}

/** P[x] proportional to exp(-|x| / scale), for a whole scale (Algorithm 2 with s = 1). */
export function discreteLaplace(source: ByteSource, scale: bigint): bigint {
  for (;;) {
    const low = uniform(source, scale)
    if (!bernoulliExp(source, { denominator: scale, numerator: low })) continue
    let high = 0n
    while (bernoulliExpUnit(source, 1n, 1n)) high++
    const magnitude = low + scale * high
    const negative = bernoulli(source, 1n, 2n)
    // Zero would otherwise be drawn twice as often, once with each sign.
    if (negative && magnitude === 0n) continue
    return negative ? -magnitude : magnitude
  }
}

/** P[x] proportional to exp(-x^2 / (2 variance)), for an exact variance above zero (Algorithm 3). */
export function discreteGaussian(source: ByteSource, variance: Rational): bigint {
  const { denominator: q, numerator: p } = variance
  if (p <= 0n) throw new RangeError("the variance is not positive")
  const t = integerSquareRoot(p / q) + 1n
  for (;;) {
    const y = discreteLaplace(source, t)
    // (|y| - variance / t)^2 / (2 variance), with variance = p / q.
    const distance = (y < 0n ? -y : y) * t * q - p
    const gamma = { denominator: 2n * p * q * t * t, numerator: distance * distance }
    if (bernoulliExp(source, gamma)) return y
  }
}
