import type { AnalysisRule } from "../../shared/contract/rule.ts"
import { epsilonUp, totalRho, withinBudget } from "../../shared/privacy/accounting.ts"
import { atMost, multiply, type Rational, rational, rationalOf } from "../../shared/privacy/rational.ts"
import { textUp } from "../../shared/privacy/upward.ts"

type Budget = NonNullable<AnalysisRule["privacyBudget"]>

/** What one grant costs the data of one lineage. The same `charge` is paid once, however often it is booked. */
export interface Spend {
  readonly charge: string
  readonly lineage: string
  readonly rho: string
}

const MOST_RUNS = 1_000_000

/** Everything that was paid for one lineage, over all contracts. */
export function spentOn(booked: readonly Spend[], lineage: string): Rational {
  const own = booked.filter((spend) => spend.lineage === lineage)
  return totalRho([...new Map(own.map(({ charge, rho }) => [charge, rho])).values()])
}

/** Lineages whose budget does not hold what is booked and what is about to be. */
export function overdrawn(
  booked: readonly Spend[],
  spends: readonly Spend[],
  budgetOf: (lineage: string) => Budget | null,
): readonly string[] {
  return spends.flatMap(({ lineage }) => {
    const budget = budgetOf(lineage)
    const total = spentOn([...booked, ...spends], lineage)
    return budget === null || !withinBudget(total, budget) ? [lineage] : []
  })
}

/** The epsilon of what was spent, at the budget's delta, rounded up. */
export function epsilonOf(spent: Rational, { delta }: Pick<Budget, "delta">): string {
  return textUp(epsilonUp(spent, rationalOf(delta)), 4)
}

/** How many more runs of one rho a budget holds. */
export function runsLeft(spent: Rational, rho: string, budget: Budget): number {
  const after = (runs: number) => {
    const more = multiply(rationalOf(rho), BigInt(runs))
    return rational(
      spent.numerator * more.denominator + more.numerator * spent.denominator,
      spent.denominator * more.denominator,
    )
  }
  let [fits, not] = [0, MOST_RUNS + 1]
  while (not - fits > 1) {
    const middle = Math.floor((fits + not) / 2)
    if (withinBudget(after(middle), budget)) fits = middle
    else not = middle
  }
  return atMost(rationalOf(rho), rational(0n, 1n)) ? 0 : fits
}
