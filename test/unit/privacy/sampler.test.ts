import { describe, expect, it } from "vitest"
import { utf8 } from "../../../shared/bytes.ts"
import { type ByteSource, keyedStream } from "../../../shared/privacy/byte-source.ts"
import { type Rational, rational, rationalOf } from "../../../shared/privacy/rational.ts"
import { bernoulliExp, discreteGaussian, discreteLaplace, uniform } from "../../../shared/privacy/sampler.ts"
import { taggedHash } from "../../../shared/signed/kinds.ts"
import { chiSquareLimit, chiSquareOf } from "./chi-square.ts"

const SAMPLES = 100_000

function stream(name: string): ByteSource {
  return keyedStream(taggedHash("test", utf8(name)))
}

function histogram(draw: () => bigint): ReadonlyMap<bigint, number> {
  const counts = new Map<bigint, number>()
  for (let i = 0; i < SAMPLES; i++) {
    const value = draw()
    counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  return counts
}

/** Probabilities over -reach..reach; what is beyond weighs less than one sample in a thousand tests. */
function normalized(weight: (x: number) => number, reach: number): ReadonlyMap<bigint, number> {
  const values = Array.from({ length: 2 * reach + 1 }, (_, i) => i - reach)
  const total = values.reduce((sum, x) => sum + weight(x), 0)
  return new Map(values.map((x) => [BigInt(x), weight(x) / total]))
}

function expectDrawnFrom(counts: ReadonlyMap<bigint, number>, probabilities: ReadonlyMap<bigint, number>): void {
  const { degrees, statistic } = chiSquareOf(counts, probabilities, SAMPLES)
  expect(degrees).toBeGreaterThan(0)
  expect(statistic).toBeLessThan(chiSquareLimit(degrees))
}

describe("sampler against exact probabilities, 100000 draws each", () => {
  it("uniform, also where bytes are thrown away", () => {
    for (const bound of [2n, 3n, 10n, 256n, 257n]) {
      const source = stream(`uniform ${bound}`)
      const all = new Map(Array.from({ length: Number(bound) }, (_, i) => [BigInt(i), 1 / Number(bound)] as const))
      const counts = histogram(() => uniform(source, bound))
      expect([...counts.keys()].every((value) => value >= 0n && value < bound)).toBe(true)
      expectDrawnFrom(counts, all)
    }
  })

  it("Bernoulli(exp(-gamma)) below, at and above 1", () => {
    for (const text of ["0.01", "0.3", "1", "1.7", "4"]) {
      const source = stream(`exp ${text}`)
      const p = Math.exp(-Number(text))
      const counts = histogram(() => (bernoulliExp(source, rationalOf(text)) ? 1n : 0n))
      expectDrawnFrom(
        counts,
        new Map([
          [0n, 1 - p],
          [1n, p],
        ]),
      )
    }
    expect(bernoulliExp(stream("zero"), rationalOf("0"))).toBe(true)
  })

  it("discrete Laplace", () => {
    for (const scale of [1n, 3n, 20n]) {
      const source = stream(`laplace ${scale}`)
      const probabilities = normalized((x) => Math.exp(-Math.abs(x) / Number(scale)), 40 * Number(scale))
      expectDrawnFrom(
        histogram(() => discreteLaplace(source, scale)),
        probabilities,
      )
    }
  })

  it("discrete Gaussian, with variances below and above 1, whole and not", () => {
    const variances: readonly Rational[] = [
      rational(1n, 4n),
      rational(1n, 1n),
      rational(10n, 3n),
      rational(4n, 1n),
      rational(1234n, 10n),
    ]
    for (const variance of variances) {
      const source = stream(`gaussian ${variance.numerator}/${variance.denominator}`)
      const sigma2 = Number(variance.numerator) / Number(variance.denominator)
      const probabilities = normalized((x) => Math.exp((-x * x) / (2 * sigma2)), Math.ceil(12 * Math.sqrt(sigma2)) + 4)
      expectDrawnFrom(
        histogram(() => discreteGaussian(source, variance)),
        probabilities,
      )
    }
  })

  it("the test itself tells a wrong variance", () => {
    const source = stream("wrong")
    const wrong = normalized((x) => Math.exp((-x * x) / (2 * 4.4)), 40)
    const { degrees, statistic } = chiSquareOf(
      histogram(() => discreteGaussian(source, rational(4n, 1n))),
      wrong,
      SAMPLES,
    )
    expect(statistic).toBeGreaterThan(chiSquareLimit(degrees))
  })
})

describe("sampler", () => {
  it("is exact for variances that no double holds", () => {
    const source = stream("huge")
    const variance = rational(10n ** 60n + 7n, 3n)
    const drawn = Array.from({ length: 200 }, () => discreteGaussian(source, variance))
    // A sampler that goes through doubles would give multiples of a power of two.
    expect(drawn.some((value) => value % 2n !== 0n)).toBe(true)
    expect(drawn.every((value) => value * value < 100n * (variance.numerator / variance.denominator))).toBe(true)
  })

  it("draws the same from the same stream, and never the same bytes twice", () => {
    const draw = (source: ByteSource) => Array.from({ length: 50 }, () => discreteGaussian(source, rational(99n, 2n)))
    expect(draw(stream("same"))).toEqual(draw(stream("same")))
    expect(draw(stream("same"))).not.toEqual(draw(stream("other")))
    let used = 0
    const counting = stream("same")
    const first = discreteGaussian(
      (length) => {
        used += length
        return counting(length)
      },
      rational(99n, 2n),
    )
    const skipped = stream("same")
    skipped(used)
    expect([first, discreteGaussian(skipped, rational(99n, 2n))]).toEqual(draw(stream("same")).slice(0, 2))
  })

  it("a stream is the same in whatever portions it is read", () => {
    const whole = stream("portions")(1000)
    const source = stream("portions")
    const parts = [1, 63, 64, 65, 3, 804].flatMap((length) => [...source(length)])
    expect(parts).toEqual([...whole])
  })

  it("refuses what has no distribution", () => {
    const source = stream("none")
    expect(() => uniform(source, 0n)).toThrow(RangeError)
    expect(() => discreteGaussian(source, rational(0n, 1n))).toThrow(RangeError)
    expect(() => bernoulliExp(source, rational(-1n, 2n))).toThrow(RangeError)
  })
})
