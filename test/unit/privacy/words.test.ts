import { describe, expect, it } from "vitest"
import type { PrivatePolicy } from "../../../shared/contract/private-policy.ts"
import { rational, rationalOf } from "../../../shared/privacy/rational.ts"
import { errorCurves, shortNumber } from "../../../verifier/privacy/error-curve.ts"
import { meaningOf } from "../../../verifier/privacy/meaning.ts"
import { plotSvg } from "../../../verifier/privacy/plot-svg.ts"
import { plotText } from "../../../verifier/privacy/plot-text.ts"
import { epsilonOf, overdrawn, runsLeft, type Spend, spentOn } from "../../../verifier/privacy/spend.ts"

const DELTA = "0.000001"

const policy: PrivatePolicy = {
  groups: 3,
  groupsPerIdentity: 1,
  guarantees: [{ dataset: "accounts", delta: DELTA, epsilon: "2.753261" }],
  mode: "differential-privacy",
  numbers: [
    { bound: "1", column: "people", part: "value", scale: 0, variance: { denominator: "1", numerator: "16" } },
    { bound: "50", column: "a<b", part: "value", scale: 2, variance: { denominator: "1", numerator: "400000000" } },
  ],
  owners: ["bank"],
  rho: "0.125",
}

describe("what epsilon means for one person", () => {
  it("says what a belief can become, rounded up", () => {
    // ln 3, rounded up in its seventh digit: from evens to at most three to one.
    const [belief, likelihood] = meaningOf({ delta: DELTA, epsilon: "1.0986123" })
    expect(belief).toContain("at most 75.1 % sure")
    expect(belief).toContain("from 1 % it is at most 3 %")
    expect(belief).toContain(`but for a chance of ${DELTA}`)
    expect(likelihood).toContain("more than 3.01 times")
  })

  it("is never below the true value", () => {
    for (const epsilon of ["0.001", "0.1", "0.5", "1", "3.7", "12"]) {
      const said = /at most ([\d.]+) % sure/.exec(meaningOf({ delta: DELTA, epsilon })[0] ?? "")?.[1]
      const odds = Math.exp(Number(epsilon))
      expect(Number(said)).toBeGreaterThanOrEqual((100 * odds) / (1 + odds))
      expect(Number(said)).toBeLessThan((100 * odds) / (1 + odds) + 0.2)
    }
  })

  it("calls a large epsilon what it is", () => {
    expect(meaningOf({ delta: DELTA, epsilon: "51" })[0]).toContain("protects nobody")
  })
})

describe("budget", () => {
  const spends: readonly Spend[] = [
    { charge: "a", lineage: "L", rho: "0.1" },
    { charge: "b", lineage: "L", rho: "0.1" },
    { charge: "a", lineage: "M", rho: "0.3" },
  ]
  const budget = { delta: DELTA, epsilon: "5" }

  it("adds by lineage, and the same charge once", () => {
    expect(spentOn(spends, "L")).toEqual(rationalOf("0.2"))
    expect(spentOn([...spends, ...spends], "L")).toEqual(rationalOf("0.2"))
    expect(spentOn(spends, "M")).toEqual(rationalOf("0.3"))
    expect(spentOn(spends, "N")).toEqual(rational(0n, 1n))
  })

  it("is overdrawn by what is about to be booked, not by the same again", () => {
    const most = runsLeft(spentOn(spends, "L"), "0.1", budget)
    const more = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ charge: `n${i}`, lineage: "L", rho: "0.1" }))
    expect(most).toBeGreaterThan(0)
    expect(overdrawn(spends, more(most), () => budget)).toEqual([])
    expect(overdrawn(spends, more(most + 1), () => budget)).toContain("L")
    expect(overdrawn([...spends, ...more(most)], more(most), () => budget)).toEqual([])
    expect(overdrawn(spends, more(1), () => null)).toEqual(["L"])
    expect(Number(epsilonOf(spentOn([...spends, ...more(most)], "L"), budget))).toBeLessThanOrEqual(5)
    expect(Number(epsilonOf(spentOn([...spends, ...more(most + 1)], "L"), budget))).toBeGreaterThan(5)
  })
})

describe("error against epsilon", () => {
  const curves = errorCurves(policy, DELTA)

  it("passes through the contract's own point, and falls", () => {
    expect(curves.map(({ column }) => column)).toEqual(["people", "a<b"])
    for (const { chosen, points } of curves) {
      const middle = points[20]
      expect(middle?.epsilon).toBeCloseTo(chosen.epsilon, 9)
      expect(middle?.error).toBeCloseTo(chosen.error, 6)
      expect(points.every(({ error }, i) => i === 0 || error < (points[i - 1]?.error ?? 0))).toBe(true)
    }
    expect(curves[0]?.chosen.error).toBeCloseTo(1.96 * 4, 9)
    expect(curves[1]?.chosen.error).toBeCloseTo(1.96 * 200, 9)
  })

  it("is drawn as SVG, with what a contract says as text and never as markup", () => {
    const svg = plotSvg('Error of "q" & <script>', curves)
    expect(svg.startsWith("<svg ") && svg.endsWith("</svg>")).toBe(true)
    expect(svg).not.toMatch(/<script|a<b|NaN|undefined/)
    expect(svg).toContain("a&lt;b")
    expect(svg.match(/<polyline /g)).toHaveLength(2)
    expect(svg.match(/<circle /g)).toHaveLength(2)
  })

  it("is drawn in a terminal within 80 columns", () => {
    const text = plotText(curves)
    expect(text.match(/^.*\|.*o/gm)).toHaveLength(2)
    expect(text).not.toMatch(/NaN|undefined/)
    const drawn = text.split("\n").filter((line) => !line.includes("error against"))
    expect(Math.max(...drawn.map(({ length }) => length))).toBeLessThanOrEqual(80)
  })

  it("writes numbers without exponents", () => {
    expect([0, 0.000123456, 1.5, 10, 1234567].map(shortNumber)).toEqual(["0", "0.000123", "1.5", "10", "1230000"])
  })
})
