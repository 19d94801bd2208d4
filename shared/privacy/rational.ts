/** An exact fraction; the denominator is positive. */
export interface Rational {
  readonly numerator: bigint
  readonly denominator: bigint
}

/** A decimal text (`DecimalText`) as the fraction that it says. */
export function rationalOf(text: string): Rational {
  const [whole = "0", fraction = ""] = text.replace("-", "").split(".")
  const numerator = BigInt(whole + fraction)
  return rational(text.startsWith("-") ? -numerator : numerator, 10n ** BigInt(fraction.length))
}

/** In lowest terms. */
export function rational(numerator: bigint, denominator: bigint): Rational {
  if (denominator <= 0n) throw new RangeError("the denominator is not positive")
  const divisor = greatestCommonDivisor(numerator < 0n ? -numerator : numerator, denominator)
  return { denominator: denominator / divisor, numerator: numerator / divisor }
}

export function add(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator)
}

export function multiply(a: Rational, by: bigint): Rational {
  return rational(a.numerator * by, a.denominator)
}

/** Whether `a` is at most `b`. */
export function atMost(a: Rational, b: Rational): boolean {
  return a.numerator * b.denominator <= b.numerator * a.denominator
}

/** The largest integer whose square is at most `value`, which is not negative (Newton's method from above). */
export function integerSquareRoot(value: bigint): bigint {
  if (value < 0n) throw new RangeError("no root of a negative number")
  if (value < 2n) return value
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1)
  for (;;) {
    const next = (root + value / root) >> 1n
    if (next >= root) return root
    root = next
  }
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b]
  return a
}
