import { integerSquareRoot } from "./rational.ts"

/**
 * Upper bounds in fixed point: a `bigint` stands for that many units of 10^-40. Every function returns a number that is
 * at least the true value, for arguments that are at least theirs, since all of them grow with their arguments.
 */
export const ONE = 10n ** 40n
/** With |z| at most 1/3, term i of a series in z^2 is below 9^-i: 50 terms are beyond the last digit. */
const TERMS = 50

/** a / b, not below it; both are positive or a is zero. */
export function divideUp(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b
}

export function multiplyUp(a: bigint, b: bigint): bigint {
  return divideUp(a * b, ONE)
}

export function squareRootUp(value: bigint): bigint {
  const root = integerSquareRoot(value * ONE)
  return root * root === value * ONE ? root : root + 1n
}

/** ln(numerator / denominator), for a quotient of at least 1: 2^k m with m below 2, so k ln 2 + ln m. */
export function logarithmUp(numerator: bigint, denominator: bigint): bigint {
  if (denominator <= 0n || numerator < denominator) throw new RangeError("the quotient is below 1")
  let halvings = 0n
  let scaled = denominator
  for (; numerator >= 2n * scaled; scaled *= 2n) halvings++
  return halvings * logarithmOfUnitUp(2n, 1n) + logarithmOfUnitUp(numerator, scaled)
}

/** ln of a quotient from 1 to 2: 2 artanh(z) = 2 (z + z^3/3 + z^5/5 + ...) with z = (n - d) / (n + d), at most 1/3. */
function logarithmOfUnitUp(numerator: bigint, denominator: bigint): bigint {
  const z = divideUp((numerator - denominator) * ONE, numerator + denominator)
  const square = multiplyUp(z, z)
  let power = z
  let sum = 0n
  for (let i = 0; i < TERMS; i++) {
    sum += divideUp(power, BigInt(2 * i + 1))
    power = multiplyUp(power, square)
  }
  // What is cut off is a geometric series with a ratio of at most 1/9: less than twice its first power.
  return 2n * (sum + 2n * power)
}

/** e^value: the series at value / 2^k, which is at most 1/2, squared k times. */
export function exponentialUp(value: bigint): bigint {
  let halvings = 0
  let small = value
  for (; 2n * small > ONE; small = divideUp(small, 2n)) halvings++
  let term = ONE
  let result = 0n
  for (let i = 1; i <= TERMS; i++) {
    result += term
    term = divideUp(multiplyUp(term, small), BigInt(i))
  }
  result += 2n * term
  for (; halvings > 0; halvings--) result = multiplyUp(result, result)
  return result
}

/** The shortest decimal text of at most `digits` digits after the point that is not below `value`. */
export function textUp(value: bigint, digits: number): string {
  const units = divideUp(value, ONE / 10n ** BigInt(digits))
    .toString()
    .padStart(digits + 1, "0")
  const fraction = digits === 0 ? "" : units.slice(-digits).replace(/0+$/, "")
  return `${units.slice(0, units.length - digits)}${fraction === "" ? "" : `.${fraction}`}`
}
