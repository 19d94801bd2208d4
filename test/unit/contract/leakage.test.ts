import { beforeAll, describe, expect, it } from "vitest"
import type { Contract } from "../../../shared/contract/contract.ts"
import { effectivePolicy } from "../../../shared/query/policy.ts"
import type { Leak } from "../../../verifier/contract/leakage/leak.ts"
import { leakageReport } from "../../../verifier/contract/leakage/report.ts"
import { judgedWith } from "../../support/judged-query.ts"
import { adding, count, dimension, QueryBench, type QueryCase, ruleOf } from "../../support/query-contract.ts"

let bench: QueryBench

beforeAll(async () => {
  bench = await QueryBench.open()
})

/** The report on a contract with these queries, in which nothing else is to be said. */
async function reportOf(cases: readonly QueryCase[], edit: (draft: Contract) => void = () => undefined) {
  const judged = await Promise.all(
    cases.map((wanted, index) =>
      judgedWith(bench, {
        ...wanted,
        edit: (draft) => void Object.assign(draft.queries[0] ?? {}, { name: NAMES[index] }),
      }),
    ),
  )
  const [first] = judged
  if (first === undefined) throw new Error("no queries")
  const contract = { ...structuredClone(first.contract), queries: judged.flatMap((one) => one.contract.queries) }
  contract.limits = { ...contract.limits, parameterSetsPerQuery: 1, runs: 2, versionsPerDataset: 1 }
  for (const { rule } of contract.datasets) rule.rounding.countStep = 5
  edit(contract)
  return leakageReport(
    contract,
    judged.map(({ plan }) => ({ plan, policy: effectivePolicy(contract, plan) })),
  )
}

const NAMES = ["first", "second", "third"]
const kindsOf = (leaks: readonly Leak[]) => leaks.map(({ kind }) => kind).filter((kind) => kind !== "opt-outs")
const people = (where: string, from = "ads JOIN sales ON ads.id = sales.id") => ({
  sql: `SELECT count(DISTINCT ads.id) AS n FROM ${from}${where === "" ? "" : ` WHERE ${where}`}`,
})
const AGE = [{ name: "age", range: { max: 90, min: 18 }, type: "integer" as const }]

describe("the leakage report on pairs of numbers", () => {
  it("says nothing but that people may opt out of a single query that gives nothing away", async () => {
    const report = await reportOf([people("sales.age > 30")])
    expect(report.map(({ kind }) => kind)).toEqual(["opt-outs"])
  })

  it("finds one query that is the other one plus a condition, in the outer query and behind it", async () => {
    const report = await reportOf([people("sales.age > 30"), people("sales.age > 30 AND NOT sales.returned")])
    expect(kindsOf(report)).toEqual(["nested-groups"])
    expect(report[0]?.what).toContain("first.n minus second.n")
    expect(report[0]?.what).toContain("NOT (sales.returned)")
    const given = { ...people("sales.age > $age AND NOT sales.returned"), parameters: AGE }
    expect(kindsOf(await reportOf([people("sales.age > 30"), given]))).toEqual(["nested-groups"])
    expect(kindsOf(await reportOf([people("sales.age < 30"), given]))).toEqual([])
    const behind = (where: string) => ({
      sql: `WITH old AS (SELECT sales.id FROM sales WHERE ${where}) SELECT count(DISTINCT old.id) AS n FROM old`,
    })
    const deep = await reportOf([behind("sales.age > 30"), behind("sales.age > 30 AND sales.quantity > 3")])
    expect(kindsOf(deep)).toEqual(["nested-groups"])
  })

  it("finds a query with one owner's data less: who is unknown to it", async () => {
    const report = await reportOf([people("ads.placement = 1", "ads"), people("ads.placement = 1")])
    expect(kindsOf(report)).toEqual(["nested-groups"])
    expect(report[0]?.what).toContain("not true: known to sales")
  })

  it("is not misled by other names for the same table", async () => {
    const alias = { sql: "SELECT count(DISTINCT a.id) AS n FROM ads a JOIN sales b ON a.id = b.id WHERE b.age > 30" }
    expect(kindsOf(await reportOf([people("sales.age > 30"), alias]))).toEqual([])
  })

  it("finds two slices that differ in a constant", async () => {
    const report = await reportOf([people("sales.age > 30"), people("sales.age > 31")])
    expect(kindsOf(report)).toEqual(["slices"])
    expect(report[0]?.example).toContain("sales.age > 31")
  })

  it("finds sums whose filters lie in each other, and leaves counts and whole groups to the gate", async () => {
    const filtered = (...filters: readonly string[]) => ({
      output: filters.map((_, i) => count(`n${i}`)),
      sql: `SELECT ${filters.map((filter, i) => `count(DISTINCT ads.id)${filter} AS n${i}`).join(", ")} FROM ads`,
    })
    const [all, some, few] = ["", " FILTER (WHERE ads.clicked)", " FILTER (WHERE ads.clicked AND ads.placement = 1)"]
    expect(kindsOf(await reportOf([filtered(all, some)]))).toEqual([])
    expect(kindsOf(await reportOf([filtered(some, few)]))).toEqual([])
    const sums = (...filters: readonly string[]) => ({
      output: filters.map((_, i) => adding("sum", `s${i}`, "ads.seconds")),
      sql: `SELECT ${filters.map((filter, i) => `sum(ads.seconds)${filter} AS s${i}`).join(", ")} FROM ads`,
    })
    expect(kindsOf(await reportOf([sums(all, few)]))).toEqual(["several-of-one-column"])
    expect(kindsOf(await reportOf([sums(some, few)]))).toEqual(["nested-groups", "several-of-one-column"])
  })

  it("finds the same people by finer, and by other dimensions", async () => {
    const by = (...columns: readonly string[]) => ({
      output: [...columns.map((column) => dimension(column, `ads.${column}`)), count("n")],
      sql: `SELECT ${columns.join(", ")}, count(DISTINCT ads.id) AS n FROM ads GROUP BY ${columns.join(", ")}`,
    })
    const nested = await reportOf([by("channel"), by("channel", "placement")])
    expect(kindsOf(nested)).toEqual(["dimensions-nested"])
    expect(nested[0]?.what).toBe("first.n adds up second.n over ads.placement")
    expect(kindsOf(await reportOf([by("channel"), by("placement")]))).toEqual(["dimensions-other"])
  })

  it("compares no two queries where there is one run", async () => {
    const cases = [people("sales.age > 30"), people("sales.age > 31")]
    expect(await reportOf(cases, (draft) => Object.assign(draft.limits, { runs: 1 }))).toEqual([])
  })
})

describe("the leakage report on one query", () => {
  it("finds what solves a ratio, and a sum beside an average of the same column", async () => {
    const report = await reportOf([
      {
        output: [
          count("n"),
          adding("ratio", "each", "sales.quantity"),
          adding("sum", "all", "sales.amount"),
          adding("avg", "mean", "sales.amount"),
        ],
        sql: `SELECT count(DISTINCT sales.id) AS n, sum(sales.quantity) / count(DISTINCT sales.id) AS each,
  sum(sales.amount) AS "all", avg(sales.amount) AS mean FROM sales`,
      },
    ])
    expect(kindsOf(report)).toEqual(["solved-ratio", "several-of-one-column"])
  })

  it("finds sums that dither each other's rounding away", async () => {
    const report = await reportOf([
      {
        output: [adding("sum", "all", "sales.amount"), adding("sum", "more", "sales.amount")],
        sql: `SELECT sum(sales.amount) AS "all", sum(sales.amount + 1) AS more FROM sales`,
      },
    ])
    expect(report.find(({ kind }) => kind === "several-of-one-column")?.what).toBe(
      "first: all, more are of the same columns (sales.amount), each rounded on its own",
    )
  })

  it("finds a sum of two owners' columns, of which each knows its own", async () => {
    const report = await reportOf([
      {
        output: [adding("sum", "both", "ads.seconds", "sales.quantity")],
        sql: "SELECT sum(ads.seconds * sales.quantity) AS both FROM ads JOIN sales ON ads.id = sales.id",
      },
    ])
    expect(kindsOf(report)).toEqual(["known-part"])
    expect(report[0]?.what).toContain("bank and bureau")
  })

  it("finds more cells than can be full", async () => {
    const fine = {
      output: [dimension("day", "ads.day"), dimension("placement", "ads.placement"), count("n")],
      sql: "SELECT day, placement, count(DISTINCT ads.id) AS n FROM ads GROUP BY day, placement",
    }
    const report = await reportOf([fine], ({ datasets }) => {
      for (const dataset of datasets) dataset.maxRows = 20_000
    })
    expect(kindsOf(report)).toEqual(["cells-too-small"])
    expect(report.at(-1)?.what).toContain("3650 cells")
  })

  it("finds exact counts, and thresholds by override with the name", async () => {
    const exact = await reportOf([people("")], ({ datasets }) => {
      for (const { rule } of datasets) rule.rounding.countStep = 1
    })
    expect(kindsOf(exact)).toEqual(["exact-counts"])
    const low = await reportOf([people("")], (draft) => {
      const override = { approvedBy: "Ada", reason: "a pilot" }
      Object.assign(ruleOf(draft, "ads").threshold, { minIdentities: 5, override })
    })
    expect(kindsOf(low)).toEqual(["override"])
    expect(low.at(-1)?.what).toContain("Ada: a pilot")
  })
})

describe("the leakage report on runs after each other", () => {
  it("names each dataset that may have versions, by the tighter of contract and rule", async () => {
    const versions = (own: number | null) => (draft: Contract) => {
      draft.limits.versionsPerDataset = 3
      ruleOf(draft, "ads").limits.versions = own
    }
    const report = await reportOf([people("")], versions(1))
    expect(kindsOf(report)).toEqual(["versions"])
    expect(report[0]?.what).toContain("sales: 2 versions")
    expect(kindsOf(await reportOf([people("")], versions(null)))).toEqual(["versions", "versions"])
  })

  it("names each parameter that may have several values", async () => {
    const wanted = { ...people("sales.age > $age"), parameters: AGE }
    expect(kindsOf(await reportOf([wanted]))).toEqual([])
    const report = await reportOf([wanted], (draft) => Object.assign(draft.limits, { parameterSetsPerQuery: 2 }))
    expect(kindsOf(report)).toEqual(["parameters"])
    expect(report[0]?.what).toContain("$age")
  })

  it("names a predecessor", async () => {
    const report = await reportOf([people("")], (draft) => Object.assign(draft, { predecessor: "a".repeat(64) }))
    expect(kindsOf(report)).toEqual(["predecessor"])
  })

  it("leaves a contract with differential privacy to its accounting", async () => {
    const release = { delaySeconds: 60, mode: "differential-privacy" }
    const cases = [people("sales.age > 30"), people("sales.age > 31")]
    const judged = await Promise.all(cases.map((wanted) => judgedWith(bench, wanted)))
    const contract = { ...judged[0]?.contract, release } as Contract
    const policies = judged.map((one) => ({ plan: one.plan, policy: effectivePolicy(one.contract, one.plan) }))
    expect(leakageReport(contract, policies)).toEqual([])
  })
})
