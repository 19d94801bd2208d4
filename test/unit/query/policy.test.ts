import { beforeAll, describe, expect, it } from "vitest"
import type { Contract } from "../../../shared/contract/contract.ts"
import type { EffectivePolicy } from "../../../shared/contract/effective-policy.ts"
import { effectivePolicy } from "../../../shared/query/policy.ts"
import { judgedWith } from "../../support/judged-query.ts"
import { adding, count, dimension, QueryBench, type QueryCase, ruleOf } from "../../support/query-contract.ts"
import { expectCode } from "../../support/rejects.ts"

let bench: QueryBench

beforeAll(async () => {
  bench = await QueryBench.open()
})

/** The effective rule of a query after an edit of the rules of `ads` and `sales`. */
async function policyOf(wanted: QueryCase): Promise<EffectivePolicy> {
  const { contract, plan } = await judgedWith(bench, wanted)
  return effectivePolicy(contract, plan)
}

const JOINED = "FROM ads JOIN sales ON ads.id = sales.id"
const TWO = {
  output: [dimension("region", "sales.region"), count("n"), adding("sum", "total", "sales.amount")],
  sql: `SELECT sales.region, count(DISTINCT ads.id) AS n, sum(sales.amount) AS total ${JOINED} GROUP BY sales.region`,
}

describe("the effective rule", () => {
  it("has the strictest threshold, common multiples as steps, and every rule of dominance that counts", async () => {
    const policy = await policyOf({
      ...TWO,
      edit: (draft) => {
        Object.assign(ruleOf(draft, "ads"), {
          dominance: [
            { kind: "p-percent", p: 20 },
            { k: 60, kind: "n-k", n: 1 },
          ],
          rounding: { countStep: 4, sumStep: "7.5" },
        })
        Object.assign(ruleOf(draft, "sales"), {
          dominance: [
            { kind: "p-percent", p: 10 },
            { k: 50, kind: "n-k", n: 2 },
          ],
          rounding: { countStep: 6, sumStep: "2" },
          threshold: { columns: [], minIdentities: 70, override: null },
        })
      },
    })
    expect(policy).toEqual({
      aggregates: [
        { column: "n", minIdentities: 70, step: "12" },
        // 999.9 in each of 20 * 5 rows of 12 persons; the common step of 7.5 and 2 is 30.
        { column: "total", minIdentities: 70, step: "1199880" },
      ],
      countStep: 12,
      dominance: [
        { kind: "p-percent", p: 20 },
        { k: 50, kind: "n-k", n: 2 },
      ],
      maxGroups: 100,
      minIdentities: 70,
      mode: "threshold",
      owners: ["bank", "bureau"],
    })
  })

  it("rounds a sum no finer than one person's largest contribution, in whole units of its own scale", async () => {
    const single = {
      output: [adding("sum", "total", "sales.quantity")],
      sql: "SELECT sum(sales.quantity) AS total FROM sales",
    }
    const stepWith = async (sumStep: string | null) =>
      (await policyOf({ ...single, edit: (draft) => Object.assign(ruleOf(draft, "sales").rounding, { sumStep }) }))
        .aggregates[0]?.step
    expect(await stepWith(null)).toBe("500")
    expect(await stepWith("1")).toBe("500")
    expect(await stepWith("300")).toBe("600")
    expect(await stepWith("1000")).toBe("1000")
    expect(await stepWith("0.3")).toBe("501")
    expect(await stepWith("0.25")).toBe("500")
  })

  it("asks for more people where a number reads a column that needs more: argument, filter, dimension, condition", async () => {
    const needing = (column: string) => (draft: Contract) =>
      ruleOf(draft, "sales").threshold.columns.push({ column, minIdentities: 90 })
    const people = async (wanted: QueryCase, column: string) => {
      const { aggregates, minIdentities } = await policyOf({ ...wanted, edit: needing(column) })
      return [minIdentities, ...aggregates.map((aggregate) => aggregate.minIdentities)]
    }
    expect(await people(TWO, "age")).toEqual([50, 50, 50])
    expect(await people(TWO, "amount")).toEqual([50, 50, 90])
    expect(await people(TWO, "region")).toEqual([90, 90, 90])
    const filtered = {
      output: [count("n"), count("old")],
      sql: `SELECT count(DISTINCT ads.id) AS n, count(DISTINCT ads.id) FILTER (WHERE sales.age > 60) AS old ${JOINED}`,
    }
    expect(await people(filtered, "age")).toEqual([50, 50, 90])
    const where = { sql: `SELECT count(DISTINCT ads.id) AS n ${JOINED} WHERE sales.age > 60` }
    expect(await people(where, "age")).toEqual([90, 90])
  })

  it("follows columns into common table expressions, with what their rows and groups depend on", async () => {
    const through = {
      output: [adding("sum", "total", "sales.amount")],
      sql: `WITH spent AS (SELECT sales.id, sum(sales.amount) AS amount FROM sales WHERE sales.age > 60 GROUP BY sales.id)
SELECT sum(spent.amount) AS total FROM spent`,
    }
    const people = async (column: string) => {
      const edit = (draft: Contract) => ruleOf(draft, "sales").threshold.columns.push({ column, minIdentities: 90 })
      return (await policyOf({ ...through, edit })).aggregates[0]?.minIdentities
    }
    expect(await people("amount")).toBe(90)
    expect(await people("age")).toBe(90)
    expect(await people("quantity")).toBe(50)
  })

  it("names both sides of a ratio", async () => {
    const { aggregates } = await policyOf({
      output: [adding("ratio", "each", "sales.quantity")],
      sql: "SELECT sum(sales.quantity) / count(DISTINCT sales.id) AS each FROM sales",
    })
    expect(aggregates).toEqual([
      { column: "each.numerator", minIdentities: 50, step: "500" },
      { column: "each.denominator", minIdentities: 50, step: "1" },
    ])
  })

  it("refuses roundings that have no common step that a receipt could state", async () => {
    const edit = (draft: Contract) => {
      ruleOf(draft, "ads").rounding.countStep = 999_983
      ruleOf(draft, "sales").rounding.countStep = 999_979
    }
    await expectCode("contract-invalid", () => policyOf({ ...TWO, edit }))
    const sums = (draft: Contract) => {
      ruleOf(draft, "ads").rounding.sumStep = "99999999999999999999.7"
      ruleOf(draft, "sales").rounding.sumStep = "99999999999999999999.9"
    }
    await expectCode("contract-invalid", () => policyOf({ ...TWO, edit: sums }))
  })

  it("refuses a sum without any dominance rule even where a plan was made under one", async () => {
    const { contract, plan } = await judgedWith(bench, TWO)
    for (const { rule } of contract.datasets) rule.dominance = []
    await expectCode("contract-invalid", () => effectivePolicy(contract, plan))
  })
})
