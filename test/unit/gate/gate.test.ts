import { describe, expect, it } from "vitest"
import { BALANCE, COUNT, column, dimension, gateOf, integers, planOf, REGION, sum } from "./plans.ts"

const plan = planOf([COUNT, sum()])
const run = gateOf(plan)

/** people, region, contributing, total, absolute, shares. */
function group(
  people: number,
  region: string | null,
  total: number,
  over: { contributing?: number; shares?: string } = {},
) {
  const absolute = Math.max(Math.abs(total), over.contributing ?? people)
  return [
    String(people),
    region,
    String(over.contributing ?? people),
    String(total),
    String(absolute + (Math.abs(absolute - total) % 2)),
    over.shares ?? "[1000, 1000]",
  ]
}

describe("the gate", () => {
  it("rounds sums to their step, ties away from zero", () => {
    expect(run(group(100, "east", 50499)).rows).toEqual([["east", "100", "50000"]])
    expect(run(group(100, "east", 50500)).rows).toEqual([["east", "100", "51000"]])
    expect(run(group(100, "east", -500, { shares: "[100, 100]" })).rows).toEqual([["east", "100", "-1000"]])
  })

  it("rounds counts to the owners' common step", () => {
    const counting = planOf([COUNT])
    const aggregates = [{ column: "n0", minIdentities: 50, step: "10" }]
    expect(gateOf(counting, { aggregates, countStep: 10 })(["95", "east"], ["94", "west"]).rows).toEqual([
      ["east", "100"],
      ["west", "90"],
    ])
  })

  it("withholds a group below the threshold, and another one with it", () => {
    const gated = run(group(100, "east", 50000), group(49, "west", 10000))
    expect(gated.rows).toEqual([])
    expect(gated.withheld).toBe(2)
  })

  it("withholds the smallest groups until the withheld ones have k people together", () => {
    const gated = run(group(10, "east", 5000), group(90, "west", 50000), group(91, "north", 50000))
    expect(gated.rows.map(([region]) => region)).toEqual(["north"])
  })

  it("withholds the same group of several as small, whatever the engine's order", () => {
    const domain = ["east", "west", "north", "south"]
    const counts = gateOf(planOf([COUNT], { outputs: [dimension({ domain, kind: "text" })] }))
    const groups = [
      ["10", "south"],
      ["60", "west"],
      ["60", "east"],
      ["70", "north"],
    ]
    for (const order of [groups, groups.toReversed()]) {
      expect(counts(...order).rows.flat()).toEqual(["north", "west"])
    }
  })

  it("withholds the smallest groups beyond what may be released, at least two", () => {
    const three = [group(100, "east", 50000), group(101, "west", 50000), group(102, "north", 50000)]
    expect(gateOf(plan, { maxGroups: 3 })(...three).withheld).toBe(0)
    for (const maxGroups of [1, 2]) {
      expect(gateOf(plan, { maxGroups })(...three).rows.map(([region]) => region)).toEqual(["north"])
    }
  })

  it("withholds an aggregate that singles out people by 0/1 weights", () => {
    for (const contributing of [1, 49, 51, 99]) {
      const shares = contributing === 1 ? "[40]" : "[1, 1]"
      const row = group(100, "east", contributing === 1 ? 40 : contributing, { contributing, shares })
      expect(run(row).rows, String(contributing)).toEqual([])
    }
    for (const contributing of [50, 100]) {
      expect(run(group(100, "east", contributing, { contributing, shares: "[1, 1]" })).rows.length).toBe(1)
    }
  })

  it("withholds a count beside a sum of all of its people but one", () => {
    const wide = { ...COUNT, filter: column(0, "flag", { kind: "boolean" }) }
    const both = gateOf(planOf([wide, sum()]))
    /** people, alike, region, those in the count, those in the sum, total, absolute total, shares. */
    const row = (alike: string, summed: string) => ["200", alike, "east", "100", summed, summed, summed, "[1, 1]"]
    expect(both(row("50", "150")).rows.length).toBe(1)
    expect(both(row("1", "101")).rows).toEqual([])
  })

  it("withholds counts that subtract to fewer than k people", () => {
    const wide = { ...COUNT, filter: column(0, "flag", { kind: "boolean" }) }
    const counts = gateOf(planOf([wide, { ...wide, relation: 1 }]))
    /** people, alike, region, and those in each count. */
    expect(counts(["200", "50", "east", "100", "150"]).rows).toEqual([["east", "100", "150"]])
    expect(counts(["200", "49", "east", "100", "149"]).rows).toEqual([])
    expect(counts(["200", "1", "east", "100", "101"]).rows).toEqual([])
  })

  it("asks more people of an aggregate whose columns ask more", () => {
    const aggregates = [
      { column: "n0", minIdentities: 50, step: "1" },
      { column: "n1", minIdentities: 101, step: "1000" },
    ]
    expect(gateOf(plan, { aggregates })(group(100, "east", 50000)).rows).toEqual([])
    expect(gateOf(plan, { aggregates })(group(101, "east", 50000)).rows.length).toBe(1)
  })

  it("takes an empty join for an ordinary result", () => {
    expect(run().rows).toEqual([])
    expect(run().withheld).toBe(0)
  })

  it("orders by the dimensions, whatever the engine's order, text by code point and null last", () => {
    const domain = ["\u{10000}", "\ue000", "b", "ba"]
    const texts = gateOf(planOf([COUNT], { outputs: [dimension({ domain, kind: "text" }, true)] }))
    expect(texts(["60", null], ...domain.map((text) => ["60", text])).rows.flat()).toEqual([
      "b",
      "ba",
      "\ue000",
      "\u{10000}",
      null,
    ])
    const numbers = gateOf(planOf([COUNT], { outputs: [dimension(integers(-10, 10))] }))
    expect(numbers(["60", "9"], ["60", "10"], ["60", "-1"]).rows.flat()).toEqual(["-1", "9", "10"])
  })
})

describe("dominance", () => {
  const shares = (absolute: number, ...largest: number[]) => [
    "100",
    "east",
    "100",
    String(absolute),
    String(absolute),
    `[${largest.join(", ")}]`,
  ]

  it("withholds a sum whose largest contribution the second one could estimate to within p %", () => {
    expect(run(shares(1998, 1000, 900)).rows).toEqual([])
    expect(run(shares(1999, 1000, 900)).rows).toEqual([])
    expect(run(shares(2000, 1000, 900)).rows.length).toBe(1)
  })

  it("withholds a sum of which the n largest make more than k %", () => {
    const strict = gateOf(plan, { dominance: [{ k: 30, kind: "n-k", n: 3 }] })
    expect(strict(shares(9999, 1000, 1000, 1000)).rows).toEqual([])
    expect(strict(shares(10_000, 1000, 1000, 1000)).rows.length).toBe(1)
  })

  it("holds for every rule of every owner", () => {
    const both = gateOf(plan, {
      dominance: [
        { k: 90, kind: "n-k", n: 1 },
        { k: 30, kind: "n-k", n: 3 },
      ],
    })
    expect(both(shares(9999, 1000, 1000, 1000)).rows).toEqual([])
  })

  it("looks at magnitudes: one gain and one loss that cancel dominate all the same", () => {
    const symmetric = gateOf(planOf([COUNT, sum(integers(-1000, 1000))]))
    expect(symmetric(["100", "east", "100", "0", "2098", "[1000, 1000]"]).rows).toEqual([])
    expect(symmetric(["100", "east", "100", "0", "4000", "[1000, 1000]"]).rows.length).toBe(1)
  })
})

describe("owners who have rows of some people only", () => {
  const left = planOf([{ ...COUNT, relation: 1 }, sum()], { left: true })
  const optional = gateOf(left)
  /** people, alike, region, present; count: contributing, present; sum: contributing, present, total, absolute, shares. */
  const row = (people: number, present: number, contributing: number, both: number) => {
    const parts = [both, present - both, contributing - both, people - present - contributing + both]
    const alike = Math.min(...parts.filter((part) => part > 0))
    return [
      ...[String(people), String(alike), "east", String(present), String(present), String(present)],
      ...[String(contributing), String(both), "50000", "50000", "[1000, 1000]"],
    ]
  }

  it("counts their people apart", () => {
    expect(optional(row(200, 100, 200, 100)).rows.length).toBe(1)
    expect(optional(row(200, 49, 200, 49)).rows, "49 of the bureau").toEqual([])
    expect(optional(row(200, 0, 200, 0)).rows, "none of the bureau").toEqual([])
    expect(optional(row(200, 151, 200, 151)).rows, "49 that the bureau does not have").toEqual([])
    expect(optional(row(200, 100, 150, 99)).rows, "one of the bureau left out").toEqual([])
    expect(optional(row(200, 100, 150, 50)).rows.length, "50 and 50").toBe(1)
    expect(gateOf(left, { minIdentities: 101 })(row(202, 101, 202, 101)).rows.length, "101 in the group").toBe(1)
    expect(gateOf(left, { minIdentities: 102 })(row(202, 101, 202, 101)).rows, "of 102").toEqual([])
  })
})

describe("people who were taken out since an earlier run", () => {
  const touched = gateOf(planOf([COUNT, sum()]), {}, true)
  const row = (...cells: (string | null)[]) => [...group(100, "east", 50000), ...cells]

  it("withholds what the earlier result could be subtracted from", () => {
    expect(touched(row(null, null, null)).rows.length).toBe(1)
    expect(touched(row("50", "50", "50")).rows.length).toBe(1)
    expect(touched(row("49", "49", null)).rows).toEqual([])
    expect(touched(row("49", null, null)).rows, "who are in no number").toEqual([])
    expect(touched(row("50", "50", "1")).rows, "one of whom had a balance").toEqual([])
    expect(touched(row("0", "0", null)).rows, "who may have been out already").toEqual([])
  })
})

describe("averages and ratios", () => {
  const avg = { argument: column(0, "balance", BALANCE), filter: null, kind: "avg" as const }

  it("divides the rounded sum by the rounded number of rows", () => {
    const averages = gateOf(planOf([avg], { rows: 10n }))
    const row = ["100", "100", "east", "100", "50499", "155", "50499", "[1000, 1000]"]
    expect(averages(row).rows).toEqual([["east", "312.5"]])
  })

  it("tells apart people whose value is zero, who are in the divisor, and people without one", () => {
    // avg(w) FILTER (base OR secret of one person whose w is 0): 20 of 20 are 1, or 20 of 21 are 0.95.
    const averages = gateOf(planOf([avg], { rows: 1n }))
    const row = (alike: string) => ["200", alike, "east", "100", "50000", "101", "50000", "[1000, 1000]"]
    expect(averages(row("1")).rows).toEqual([])
    expect(averages(row("100")).rows.length).toBe(1)
  })

  it("holds differences of two numbers against the strictest threshold of the row", () => {
    const filter = column(0, "flag", { kind: "boolean" })
    const plan = planOf([
      { ...COUNT, filter },
      { ...COUNT, filter },
    ])
    const aggregates = [50, 60].map((minIdentities, index) => ({ column: `n${index}`, minIdentities, step: "1" }))
    const counts = gateOf(plan, { aggregates })
    expect(counts(["500", "60", "east", "200", "260"]).rows.length).toBe(1)
    expect(counts(["500", "59", "east", "200", "260"]).rows).toEqual([])
  })

  it("divides rounded numbers, to six digits, and nothing by zero", () => {
    const ratio = { denominator: 1, kind: "ratio" as const, name: "per_head", numerator: 0 }
    const ratios = gateOf(planOf([sum(), COUNT], { outputs: [dimension(REGION), ratio] }))
    expect(ratios(group(90, "east", 50499)).rows).toEqual([["east", "555.555556"]])
    expect(ratios(group(90, "east", -500, { shares: "[100, 100]" })).rows).toEqual([["east", "-11.111111"]])
    const inverse = gateOf(planOf([sum(), COUNT], { outputs: [{ ...ratio, denominator: 0, numerator: 1 }] }))
    const all = (total: number) => group(90, null, total, { shares: "[100, 90]" }).filter((_, index) => index !== 1)
    expect(inverse(all(400)).rows).toEqual([[null]])
    expect(inverse(all(-4000)).rows).toEqual([["-0.0225"]])
  })

  it("withholds a ratio of which one side would be withheld", () => {
    const ratio = { denominator: 1, kind: "ratio" as const, name: "per_head", numerator: 0 }
    const ratios = gateOf(planOf([sum(), COUNT], { outputs: [dimension(REGION), ratio] }))
    expect(ratios(group(100, "east", 40, { contributing: 99, shares: "[2, 1]" })).rows).toEqual([])
  })
})
