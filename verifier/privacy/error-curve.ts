import type { PrivatePolicy } from "../../shared/contract/private-policy.ts"

/** Half of the width in which 95 of 100 values of a normal distribution lie, in standard deviations. */
const Z_95 = 1.96

export interface CurvePoint {
  readonly epsilon: number
  /** 95 of 100 released values are at most this far from the true one. */
  readonly error: number
}

export interface ErrorCurve {
  readonly column: string
  readonly points: readonly CurvePoint[]
  /** Where the contract is on it. */
  readonly chosen: CurvePoint
}

/**
 * The expected error of every noisy number against the epsilon of one run, for a picture: plain floating point, nothing
 * is accounted by it. The variance falls as rho grows, and rho is (sqrt(L + epsilon) - sqrt(L))^2 with L = ln(1/delta).
 */
export function errorCurves(policy: PrivatePolicy, delta: string): readonly ErrorCurve[] {
  const logarithm = Math.log(1 / Number(delta))
  const rhoOf = (epsilon: number) => (Math.sqrt(logarithm + epsilon) - Math.sqrt(logarithm)) ** 2
  const rho = Number(policy.rho)
  const epsilon = rho + 2 * Math.sqrt(rho * logarithm)
  return policy.numbers.map(({ column, part, scale, variance }) => {
    const sigma = Math.sqrt(Number(variance.numerator) / Number(variance.denominator)) / 10 ** scale
    const errorAt = (at: number) => Z_95 * sigma * Math.sqrt(rho / rhoOf(at))
    const points = epsilons(epsilon).map((at) => ({ epsilon: at, error: errorAt(at) }))
    const name = part === "rows" ? `${column} (rows)` : column
    return { chosen: { epsilon, error: Z_95 * sigma }, column: name, points }
  })
}

/** From a tenth to ten times what was chosen, evenly on a logarithmic axis. */
function epsilons(chosen: number): readonly number[] {
  return Array.from({ length: 41 }, (_, i) => chosen * 10 ** ((i - 20) / 20))
}

/** Three digits, without an exponent. */
export function shortNumber(value: number): string {
  if (value === 0) return "0"
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  return Number(value.toPrecision(3))
    .toFixed(Math.min(digits, 20))
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "")
}
