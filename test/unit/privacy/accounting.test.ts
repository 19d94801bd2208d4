import { describe, expect, it } from "vitest"
import { epsilonUp, totalRho, withinBudget } from "../../../shared/privacy/accounting.ts"
import { atMost, integerSquareRoot, rational, rationalOf } from "../../../shared/privacy/rational.ts"
import { divideUp, exponentialUp, logarithmUp, ONE, squareRootUp, textUp } from "../../../shared/privacy/upward.ts"

/** First 40 digits after the point, cut and not rounded: the true value is within one unit above. */
const LN_2 = 6931471805599453094172321214581765680755n
const LN_10 = 23025850929940456840179914546843642076011n
const E = 27182818284590452353602874713526624977572n
const SQUARE_ROOT_2 = 14142135623730950488016887242096980785696n
/** How far above the true value a bound may be, in units of 10^-40: steps round up some hundred times. */
const SLACK = 5000n

function expectJustAbove(bound: bigint, cut: bigint): void {
  expect(bound).toBeGreaterThan(cut)
  expect(bound - cut).toBeLessThan(SLACK)
}

describe("fixed point that rounds upwards", () => {
  it("meets known constants from above, closely", () => {
    expectJustAbove(logarithmUp(2n, 1n), LN_2)
    expectJustAbove(logarithmUp(10n, 1n), LN_10)
    expectJustAbove(logarithmUp(10n ** 10n, 10n ** 9n), LN_10)
    expectJustAbove(exponentialUp(ONE), E)
    expectJustAbove(squareRootUp(2n * ONE), SQUARE_ROOT_2)
    expect(squareRootUp(4n * ONE)).toBe(2n * ONE)
    expect(logarithmUp(7n, 7n)).toBe(0n)
    expect(exponentialUp(0n)).toBeGreaterThanOrEqual(ONE)
  })

  it("is never below the double, over many arguments", () => {
    for (let i = 1; i <= 400; i++) {
      const x = 1 + i * i * 0.37
      const numerator = BigInt(Math.round(x * 100))
      const close = (bound: bigint, value: number) => {
        const ratio = Number(bound) / Number(ONE) / value
        expect(ratio).toBeGreaterThan(1 - 1e-12)
        expect(ratio).toBeLessThan(1 + 1e-12)
      }
      close(logarithmUp(numerator, 100n), Math.log(Number(numerator) / 100))
      close(exponentialUp((BigInt(i) * ONE) / 16n), Math.exp(i / 16))
      close(squareRootUp((numerator * ONE) / 100n), Math.sqrt(Number(numerator) / 100))
    }
  })

  it("ln and exp undo each other from above", () => {
    for (const [n, d] of [
      [3n, 2n],
      [999n, 7n],
      [10n ** 39n, 1n],
    ] as const) {
      expect(exponentialUp(logarithmUp(n, d))).toBeGreaterThanOrEqual(divideUp(n * ONE, d))
    }
  })

  it("writes decimals that are not below the number", () => {
    expect(textUp(ONE, 3)).toBe("1")
    expect(textUp(ONE + 1n, 3)).toBe("1.001")
    expect(textUp(1n, 2)).toBe("0.01")
    expect(textUp(0n, 2)).toBe("0")
    expect(textUp((5n * ONE) / 2n, 0)).toBe("3")
  })

  it("integer roots", () => {
    for (let i = 0n; i < 3000n; i++) {
      const root = integerSquareRoot(i)
      expect(root * root <= i && (root + 1n) * (root + 1n) > i).toBe(true)
    }
    expect(integerSquareRoot(10n ** 80n - 1n)).toBe(10n ** 40n - 1n)
  })
})

describe("accounting", () => {
  it("adds rho exactly: a thousand thousandths are one", () => {
    expect(totalRho(Array.from({ length: 1000 }, () => "0.001"))).toEqual(rational(1n, 1n))
    expect(totalRho([])).toEqual(rational(0n, 1n))
    expect(totalRho(["0.1", "0.2"])).toEqual(rationalOf("0.3"))
  })

  it("gives the epsilon of Bun and Steinke's Proposition 1.3, rounded up", () => {
    // 0.125 + 2 sqrt(0.125 * ln(10^6)), worked out to 60 digits elsewhere.
    expect(textUp(epsilonUp(rationalOf("0.125"), rationalOf("0.000001")), 12)).toBe("2.753260884879")
    expect(textUp(epsilonUp(rationalOf("0"), rationalOf("0.000001")), 6)).toBe("0")
    for (const rho of ["0.0001", "0.01", "0.5", "3"]) {
      for (const delta of ["0.1", "0.00001", "0.0000000001"]) {
        const expected = Number(rho) + 2 * Math.sqrt(Number(rho) * Math.log(1 / Number(delta)))
        const ratio = Number(epsilonUp(rationalOf(rho), rationalOf(delta))) / Number(ONE) / expected
        expect(Math.abs(ratio - 1)).toBeLessThan(1e-12)
      }
    }
  })

  it("is no less than the optimal conversion, and so never promises too much", () => {
    for (const rho of [0.001, 0.05, 0.5, 2]) {
      const stated = Number(epsilonUp(rationalOf(String(rho)), rationalOf("0.00001"))) / Number(ONE)
      // Canonne, Kamath, Steinke 2020, Corollary 13: delta at this epsilon, minimised over alpha.
      const deltas = Array.from({ length: 4000 }, (_, i) => {
        const alpha = 1 + (i + 1) / 20
        return (Math.exp((alpha - 1) * (alpha * rho - stated)) / (alpha - 1)) * (1 - 1 / alpha) ** alpha
      })
      expect(Math.min(...deltas)).toBeLessThanOrEqual(0.00001)
    }
  })

  it("takes a budget to its last digit and not beyond", () => {
    const rho = rationalOf("0.125")
    const delta = "0.000001"
    const exact = textUp(epsilonUp(rho, rationalOf(delta)), 20)
    const below = textUp(epsilonUp(rho, rationalOf(delta)) - ONE / 10n ** 19n, 20)
    expect(withinBudget(rho, { delta, epsilon: exact })).toBe(true)
    expect(withinBudget(rho, { delta, epsilon: below })).toBe(false)
    expect(withinBudget(rationalOf("0.125000000000000001"), { delta, epsilon: exact })).toBe(false)
  })

  it("refuses deltas that are no probabilities, and negative rho", () => {
    for (const delta of ["0", "1", "2", "-0.1"]) {
      expect(() => epsilonUp(rationalOf("1"), rationalOf(delta))).toThrow(RangeError)
    }
    expect(() => epsilonUp(rationalOf("-1"), rationalOf("0.1"))).toThrow(RangeError)
    expect(atMost(rationalOf("0.3"), rationalOf("0.30"))).toBe(true)
  })
})
