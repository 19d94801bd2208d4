import { beforeAll, describe, expect, it } from "vitest"
import { utf8 } from "../../shared/bytes.ts"
import type { Contract } from "../../shared/contract/contract.ts"
import type { OutputColumn, QueryPrivacy } from "../../shared/contract/query.ts"
import { epsilonUp } from "../../shared/privacy/accounting.ts"
import { addNoise, type EngineRows } from "../../shared/privacy/gate.ts"
import { type Mechanism, mechanismOf } from "../../shared/privacy/mechanism.ts"
import { noiseSeed, selectionKey } from "../../shared/privacy/noise-seed.ts"
import { rational, rationalOf } from "../../shared/privacy/rational.ts"
import { ONE } from "../../shared/privacy/upward.ts"
import type { Plan } from "../../shared/query/plan.ts"
import { taggedHash } from "../../shared/signed/kinds.ts"
import {
  AMOUNTS,
  database,
  exactRows,
  type Payment,
  PEOPLE,
  planned,
  privateContract,
} from "../unit/privacy/private-query.ts"
import { clopperPearson, gaussianEpsilon } from "./bounds.ts"

/**
 * Somebody who knows everybody's rows but does not know whether person 0 is there tries to tell, from released tables
 * alone. The true numbers come from the SQL of a run, once per dataset; noise and release from what a run does, 10000
 * times per dataset, each time from fresh shares.
 */
const RUNS = 10_000
const RHO = "0.5"
const DELTAS = [0.2, 0.1, 0.03, 0.001] as const
const THRESHOLDS = 39
/** Over all thresholds, both directions and both datasets together one bound in a million is wrong. */
const ALPHA = 0.000001 / (4 * THRESHOLDS)

const BRANCH: OutputColumn = { column: "branch", dataset: "payments", kind: "dimension", name: "branch" }
const FROM = "FROM payments JOIN persons ON payments.id = persons.id GROUP BY payments.branch"
const COUNT = "count(DISTINCT payments.id)"
const SUM: OutputColumn = { kind: "sum", name: "total", reads: AMOUNTS }
const AVG: OutputColumn = { kind: "avg", name: "mean", reads: AMOUNTS }
const RATIO: OutputColumn = { kind: "ratio", name: "share", reads: [] }
const CLAMPS = {
  mean: { column: "mean", max: "400", min: "0" },
  total: { column: "total", max: "400", min: "-100" },
}
const SHARE = `${COUNT} FILTER (WHERE payments.amount > 0) / ${COUNT} AS share`

interface Statistic {
  readonly output: readonly OutputColumn[]
  readonly clamps: QueryPrivacy["clamps"]
  readonly select: string
}

const STATISTICS: Readonly<Record<string, Statistic>> = {
  "count of people": { clamps: [], output: [PEOPLE], select: `${COUNT} AS people` },
  sum: { clamps: [CLAMPS.total], output: [SUM], select: "sum(payments.amount) AS total" },
  average: { clamps: [CLAMPS.mean], output: [AVG], select: "avg(payments.amount) AS mean" },
  ratio: { clamps: [], output: [RATIO], select: SHARE },
  "all of them in one query": {
    clamps: [CLAMPS.total, CLAMPS.mean],
    output: [PEOPLE, SUM, AVG, RATIO],
    select: `${COUNT} AS people, sum(payments.amount) AS total, avg(payments.amount) AS mean, ${SHARE}`,
  },
}

/** Person 0 has as many groups and as large totals as count, and more than that; the others are few. */
const others: readonly Payment[] = [1, 2, 3, 4, 5].flatMap((person) => [
  { amount: 30 * person, branch: person % 3, person },
  { amount: -10, branch: (person + 1) % 3, person },
])
const withVictim: readonly Payment[] = [
  ...others,
  ...[0, 0, 0, 1, 1, 1, 2, 2].map((branch) => ({ amount: 900, branch, person: 0 })),
]

interface Prepared {
  readonly contract: Contract
  readonly mechanism: Mechanism
  readonly plan: Plan
  readonly present: EngineRows
  readonly absent: EngineRows
}

async function prepare({ clamps, output, select }: Statistic): Promise<Prepared> {
  const contract = await privateContract({
    lastBranch: 2,
    output: [BRANCH, ...output],
    privacy: { clamps: [...clamps], groupsPerIdentity: 2, rho: RHO },
    sql: `SELECT payments.branch, ${select} ${FROM}`,
  })
  const plan = await planned(contract)
  const mechanism = mechanismOf(contract, plan)
  const rows = async (payments: readonly Payment[]) =>
    exactRows(await database(payments), plan, mechanism, selectionKey(seedOf("selection", 0)))
  return { absent: await rows(others), contract, mechanism, plan, present: await rows(withVictim) }
}

function seedOf(name: string, run: number): Uint8Array {
  const share = (owner: string) => taggedHash("test", utf8(`${name} ${owner} ${run}`))
  const noised = { contract: "0".repeat(64), manifests: [], optOuts: [], parameters: {}, query: "q" }
  return noiseSeed(noised, [share("bank"), share("bureau")])
}

/** What the observer computes from one released table: each number as far along as person 0 would move it. */
function observations({ absent, contract, mechanism, plan, present }: Prepared, name: string, there: boolean) {
  const shifts = weights(plan, mechanism, present, absent)
  return Array.from({ length: RUNS }, (_, run) => {
    const rows = there ? present : absent
    const table = addNoise({ contract, mechanism, plan, rows, seed: seedOf(`${name} ${there}`, run) })
    return table.rows.reduce((sum, row, group) => {
      const cells = row.slice(1).map((cell, i) => Number(cell ?? 0) * (shifts[group]?.[i] ?? 0))
      return cells.reduce((total, cell) => total + cell, sum)
    }, 0)
  })
}

/** Difference of the two tables without noise, each column over the size of its noise. */
function weights(plan: Plan, mechanism: Mechanism, present: EngineRows, absent: EngineRows) {
  const find = (rows: EngineRows, group: string, i: number) =>
    Number(rows.find(([branch]) => branch === group)?.[i + 1] ?? 0)
  const columns = plan.outputs.flatMap((output) => {
    if (output.kind === "dimension") return []
    const aggregate = output.kind === "ratio" ? output.numerator : output.aggregate
    return [mechanism.numbers.findIndex((number) => number.aggregate === aggregate)]
  })
  return mechanism.groups.map(([group]) =>
    columns.map((i) => {
      const variance = mechanism.numbers[i]?.variance ?? rational(1n, 1n)
      const shift = find(present, group ?? "", i) - find(absent, group ?? "", i)
      return (shift * Number(variance.denominator)) / Number(variance.numerator)
    }),
  )
}

/** The largest epsilon that the two samples prove at a delta: over all events "above" and "below" a threshold. */
function provenEpsilon(a: readonly number[], b: readonly number[], delta: number): number {
  const sorted = [...a, ...b].sort((x, y) => x - y)
  const cuts = Array.from({ length: THRESHOLDS }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / 40)] ?? 0)
  const proven = cuts.flatMap((cut) => {
    const above = [a, b].map((sample) => sample.filter((value) => value > cut).length)
    return [above, above.map((hits) => RUNS - hits)].flatMap(([x = 0, y = 0]) => [
      ratio(x, y, delta),
      ratio(y, x, delta),
    ])
  })
  return Math.max(0, ...proven)
}

function ratio(often: number, seldom: number, delta: number): number {
  const [p, q] = [clopperPearson(often, RUNS, ALPHA).low - delta, clopperPearson(seldom, RUNS, ALPHA).high]
  return p <= 0 ? 0 : Math.log(p / q)
}

function statedEpsilon(delta: number): number {
  return Number(epsilonUp(rationalOf(RHO), rationalOf(delta.toFixed(5)))) / Number(ONE)
}

describe.each(Object.entries(STATISTICS))("telling from %s whether somebody is in the data", (name, statistic) => {
  let prepared: Prepared
  beforeAll(async () => {
    prepared = await prepare(statistic)
  })

  it(`proves no more than was stated, in ${RUNS} runs with the person and ${RUNS} without`, () => {
    const [there, gone] = [observations(prepared, name, true), observations(prepared, name, false)]
    for (const delta of DELTAS) {
      const exact = gaussianEpsilon(Number(RHO), delta)
      expect(exact).toBeLessThan(statedEpsilon(delta))
      expect(provenEpsilon(there, gone, delta)).toBeLessThanOrEqual(exact)
    }
    expect(provenEpsilon(there, gone, 0.00001)).toBeLessThanOrEqual(statedEpsilon(0.00001))
  })
})

describe("the experiment itself", () => {
  it.each(["count of people", "sum"])("catches half of the noise that is needed, in a %s", async (name) => {
    const statistic = STATISTICS[name]
    if (statistic === undefined) throw new Error("no statistic")
    const prepared = await prepare(statistic)
    const numbers = prepared.mechanism.numbers.map((number) => {
      const { denominator, numerator } = number.variance
      return { ...number, variance: rational(numerator, denominator * 2n) }
    })
    const weak = { ...prepared, mechanism: { ...prepared.mechanism, numbers } }
    const proven = provenEpsilon(observations(weak, name, true), observations(weak, name, false), 0.1)
    expect(proven).toBeGreaterThan(gaussianEpsilon(Number(RHO), 0.1))
  })

  it("knows the bounds that it uses", () => {
    // Rule of three; and a fair coin, 50 of 100: 0.4 and 0.6 are nearly two standard errors away.
    expect(clopperPearson(0, 1000, 0.05).high).toBeCloseTo(0.00299, 4)
    expect(clopperPearson(50, 100, 0.025).low).toBeCloseTo(0.3983, 3)
    expect(clopperPearson(50, 100, 0.025).high).toBeCloseTo(0.6017, 3)
    // delta at epsilon 0 is the total variation distance, 2 Phi(mean / 2) - 1, with mean 1 for rho 1/2.
    expect(gaussianEpsilon(0.5, 0.3829249)).toBeCloseTo(0, 4)
    expect(gaussianEpsilon(0.5, 0.1269367)).toBeCloseTo(1, 3)
  })
})
