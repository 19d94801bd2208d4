import fc from "fast-check"
import { beforeAll, describe, expect, it } from "vitest"
import type { OutputColumn } from "../../shared/contract/query.ts"
import type { EngineRows } from "../../shared/privacy/gate.ts"
import { type Mechanism, mechanismOf } from "../../shared/privacy/mechanism.ts"
import type { Plan } from "../../shared/query/plan.ts"
import {
  AMOUNTS,
  database,
  exactRows,
  type Payment,
  PEOPLE,
  planned,
  privateContract,
  seedOf,
} from "../unit/privacy/private-query.ts"

const BRANCH: OutputColumn = { column: "branch", dataset: "payments", kind: "dimension", name: "branch" }
const SQL = `WITH spent AS (SELECT payments.id AS id, sum(payments.amount) AS whole FROM payments GROUP BY payments.id)
SELECT payments.branch, count(DISTINCT payments.id) AS people,
  count(DISTINCT payments.id) FILTER (WHERE payments.amount > 0) AS positive,
  sum(payments.amount) AS total, avg(spent.whole) FILTER (WHERE persons.age < 50) AS mean
FROM payments JOIN persons ON payments.id = persons.id JOIN spent ON spent.id = payments.id
WHERE payments.amount <> 7 GROUP BY payments.branch`

const payment = fc.record({
  amount: fc.integer({ max: 1000, min: -1000 }),
  branch: fc.nat({ max: 5 }),
  person: fc.nat({ max: 6 }),
})
/** No person has more payments than the contract lets it have. */
const payments = fc
  .array(payment, { maxLength: 40 })
  .map((all) => all.filter((one, i) => all.slice(0, i).filter(({ person }) => person === one.person).length < 8))

interface Prepared {
  readonly mechanism: Mechanism
  readonly plan: Plan
}

const byGroups = new Map<number, Prepared>()

beforeAll(async () => {
  for (const groupsPerIdentity of [1, 2, 4]) {
    const contract = await privateContract({
      lastBranch: 5,
      output: [
        BRANCH,
        PEOPLE,
        { kind: "count", name: "positive" },
        { kind: "sum", name: "total", reads: AMOUNTS },
        { kind: "avg", name: "mean", reads: AMOUNTS },
      ],
      privacy: {
        clamps: [
          { column: "total", max: "300", min: "-200" },
          { column: "mean", max: "900", min: "100" },
        ],
        groupsPerIdentity,
      },
      sql: SQL,
    })
    const plan = await planned(contract)
    byGroups.set(groupsPerIdentity, { mechanism: mechanismOf(contract, plan), plan })
  }
})

/** How much each number differs, by group, in whole units. */
function differences(mechanism: Mechanism, before: EngineRows, after: EngineRows) {
  const cell = (rows: EngineRows, group: string | null | undefined, i: number) =>
    BigInt(rows.find(([branch]) => branch === group)?.[i + 1] ?? 0)
  return mechanism.numbers.map((_, i) => mechanism.groups.map(([g]) => cell(before, g, i) - cell(after, g, i)))
}

describe("the numbers without noise, over random data", () => {
  it("change by at most the stated bound, in at most so many groups, when one identity goes with all its rows", async () => {
    let moved = 0
    let atBound = 0
    const property = fc.asyncProperty(
      payments,
      fc.nat({ max: 6 }),
      fc.constantFrom(1, 2, 4),
      fc.string(),
      async (rows: readonly Payment[], victim, groupsPerIdentity, key) => {
        const prepared = byGroups.get(groupsPerIdentity)
        if (prepared === undefined) throw new Error("not prepared")
        const { mechanism, plan } = prepared
        const counted = async (of: readonly Payment[]) => exactRows(await database(of), plan, mechanism, seedOf(key))
        const without = await counted(rows.filter(({ person }) => person !== victim))
        const changes = differences(mechanism, await counted(rows), without)
        const touched = mechanism.groups.filter((_, group) => changes.some((number) => number[group] !== 0n))
        expect(touched.length).toBeLessThanOrEqual(groupsPerIdentity)
        if (touched.length === groupsPerIdentity) moved++
        for (const [i, { bound }] of mechanism.numbers.entries()) {
          for (const change of changes[i] ?? []) {
            expect(change <= bound && change >= -bound).toBe(true)
            if (change === bound) atBound++
          }
        }
      },
    )
    await fc.assert(property, { numRuns: 120, seed: 4 })
    // Otherwise the bounds could be anything.
    expect(moved).toBeGreaterThan(20)
    expect(atBound).toBeGreaterThan(20)
  })
})
