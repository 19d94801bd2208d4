import { describe, expect, it } from "vitest"
import { implies, withoutImplied } from "../../../shared/contract/dominance.ts"
import type { Dominance } from "../../../shared/contract/rule.ts"

const nk = (n: number, k: number): Dominance => ({ k, kind: "n-k", n })
const p = (percent: number): Dominance => ({ kind: "p-percent", p: percent })

/** By the definitions themselves, over contributions in falling order. */
function holds(rule: Dominance, shares: readonly number[]): boolean {
  const total = shares.reduce((sum, share) => sum + share, 0)
  if (rule.kind === "n-k") return shares.slice(0, rule.n).reduce((a, b) => a + b, 0) * 100 <= rule.k * total
  const [largest = 0, second = 0] = shares
  return (total - largest - second) * 100 >= rule.p * largest
}

describe("dominance rules", () => {
  it("imply each other only as far as every set of contributions says", () => {
    const rules = [1, 2, 3].flatMap((n) => [30, 50, 80].map((k) => nk(n, k))).concat([5, 10, 50].map(p))
    const shares = Array.from({ length: 4000 }, (_, seed) => {
      const size = 1 + (seed % 6)
      return Array.from({ length: size }, (_, i) => 1 + ((seed * 7919 + i * i * 104_729) % 97)).sort((a, b) => b - a)
    })
    let implied = 0
    for (const strict of rules) {
      for (const loose of rules) {
        if (!implies(strict, loose)) continue
        implied += 1
        expect(shares.filter((one) => holds(strict, one) && !holds(loose, one))).toEqual([])
      }
    }
    expect(implied).toBe(36 + 6)
  })

  it("leave out what another one implies, whatever the order, and each double once", () => {
    expect(withoutImplied([p(5), nk(1, 60), p(10), nk(2, 60), nk(1, 40), p(10)])).toEqual([p(10), nk(2, 60), nk(1, 40)])
    expect(withoutImplied([nk(2, 60), nk(2, 60)])).toEqual([nk(2, 60)])
    expect(withoutImplied([nk(1, 40), nk(2, 60), p(1)])).toEqual([nk(1, 40), nk(2, 60), p(1)])
    expect(withoutImplied([])).toEqual([])
  })
})
