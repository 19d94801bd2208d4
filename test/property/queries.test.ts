import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Contract } from "../../shared/contract/contract.ts"
import { sharesOf } from "../../shared/query/sql/layout.ts"
import { Random } from "../fuzz/random.ts"
import { testContract } from "../support/contract.ts"
import type { GroupTruth } from "./brute-force.ts"
import { dimensionTexts, expectedNumbers, fewestAlike, numbersOf, ownersOfSome, totalText } from "./compare.ts"
import { Engine } from "./engine.ts"
import { makeTrial, type Ran, runTrial, type Trial, truthOf } from "./trial.ts"
import { between, chance, makeCell, valueColumns } from "./world.ts"

const RUNS = Number(process.env.PARLEY_PROPERTY_RUNS ?? 400)
/** One seed, so that what is found is found again; another one explores. */
const SEED = Number(process.env.PARLEY_PROPERTY_SEED ?? 20261125)
let engine: Engine
let base: Contract

beforeAll(async () => {
  engine = await Engine.open()
  base = await testContract()
})

const tried = { accepted: 0, groups: 0, refused: 0, released: 0 }
afterAll(() => {
  process.stdout.write(`property: ${JSON.stringify(tried)}\n`)
})

/** Schemas, data, rules and queries that the judge accepts, by fast-check's seeds. */
async function forEveryTrial(check: (trial: Trial, g: Random) => Promise<void>): Promise<void> {
  const before = tried.accepted + tried.refused
  const property = fc.asyncProperty(fc.integer({ max: 2 ** 31 - 1, min: 0 }), async (seed) => {
    const g = new Random(seed, 0)
    const trial = await makeTrial(g, engine, base)
    tried[trial === null ? "refused" : "accepted"]++
    if (trial !== null) await check(trial, g)
  })
  await fc.assert(property, { endOnFailure: true, numRuns: RUNS, seed: SEED })
  expect(tried.accepted + tried.refused - before).toBe(RUNS)
}

describe("the generated SQL and the gate", () => {
  it("know of every group exactly what a brute force finds, and release what the rules let them", async () => {
    const before = tried.accepted
    await forEveryTrial(async (trial) => {
      const ran = await runTrial(engine, trial)
      const truth = truthOf(trial)
      tried.groups += truth.length
      tried.released += ran.gated.rows.length
      const byDimensions = (a: { dimensions: unknown }, b: { dimensions: unknown }) =>
        JSON.stringify(a.dimensions) < JSON.stringify(b.dimensions) ? -1 : 1
      const expected = truth.map((group) => expectedNumbers(trial.plan, group, sharesOf(trial.policy)))
      expect(ran.groups.map(numbersOf).toSorted(byDimensions), trial.sql).toEqual(expected.toSorted(byDimensions))
      requireRules(trial, ran, truth)
    })
    // A generator that the judge always refuses, or of which nothing is ever released, would prove nothing.
    expect(tried.accepted - before).toBeGreaterThan(RUNS / 2)
    expect(tried.released).toBeGreaterThan(RUNS / 10)
  })

  it("mean what the contract's own SQL means in plain DuckDB", async () => {
    let compared = 0
    await forEveryTrial(async (trial) => {
      if (hasNoOneMeaning(trial)) return
      await runTrial(engine, trial)
      const { outputs } = trial.plan
      const rows = await engine.plain(trial.sql, trial.given)
      const found = rows.map((row) => row.flatMap((cell, index) => (isPlain(trial, index) ? [plainCell(cell)] : [])))
      const expected = truthOf(trial).map((group) => plainRow(trial, group))
      const grouped = outputs.some(({ kind }) => kind === "dimension")
      if (grouped || expected.length > 0) expect(sorted(found), trial.sql).toEqual(sorted(expected))
      compared += expected.length
    })
    expect(compared).toBeGreaterThan(RUNS / 2)
  })

  it("answer alike, error or none, when one person is taken out or has other values", async () => {
    let changed = 0
    await forEveryTrial(async (trial, g) => {
      const victim = between(g, 0, trial.world.people - 1)
      const without = chance(g, 50)
      const tables = trial.world.datasets.map(({ columns, name, ...rest }) => {
        const rows = trial.world.tables.get(name) ?? []
        const values = valueColumns({ ...rest, columns, name })
        const other = () => new Map(values.map((column) => [column.name, makeCell(g, column)] as const))
        const kept = rows.filter(({ person }) => person !== victim)
        const own = rows.filter(({ person }) => person === victim).map((row) => ({ ...row, cells: other() }))
        changed += own.length
        return [name, without ? kept : [...kept, ...own]] as const
      })
      await runTrial(engine, trial)
      await runTrial(engine, trial, new Map(tables))
    })
    expect(changed).toBeGreaterThan(RUNS / 2)
  })
})

/** Computed again from the brute force: thresholds of every owner, those left out, dominance, withheld groups. */
function requireRules(trial: Trial, { gated }: Ran, truth: readonly GroupTruth[]): void {
  const { plan, policy } = trial
  const dimensions = plan.outputs.filter(({ kind }) => kind === "dimension").length
  const keyOf = (cells: readonly (string | null)[]) => JSON.stringify(cells.slice(0, dimensions))
  const released = new Set(gated.rows.map((row) => keyOf(dimensionsFirst(trial, row))))
  const groups = truth.map((group) => ({ group, key: keyOf(dimensionTexts(plan, group)) }))
  expect(groups.filter(({ key }) => released.has(key)).length).toBe(gated.rows.length)
  const withheld = groups.filter(({ key }) => !released.has(key)).map(({ group }) => group.people.length)
  const people = withheld.reduce((sum, count) => sum + count, 0)
  if (withheld.length > 0 && released.size > 0) {
    expect(withheld.length).toBeGreaterThan(1)
    expect(people).toBeGreaterThanOrEqual(policy.minIdentities)
  }
  for (const { group, key } of groups) {
    if (!released.has(key)) continue
    const strictest = Math.max(policy.minIdentities, ...policy.aggregates.map(({ minIdentities }) => minIdentities))
    expect(Number(fewestAlike(trial.plan, group)), trial.sql).toBeGreaterThanOrEqual(strictest)
    for (const [index, { minIdentities }] of policy.aggregates.entries()) {
      for (const owner of [null, ...ownersOfSome(plan)]) {
        const of = group.people.filter(({ owners }) => owner === null || owners.has(owner))
        const contributing = of.filter(({ totals }) => (totals[index] ?? null) !== null).length
        expect(contributing, `${trial.sql} ${owner}`).toBeGreaterThanOrEqual(minIdentities)
        const leftOut = of.length - contributing
        expect(leftOut === 0 || leftOut >= minIdentities, `${trial.sql} ${owner} ${leftOut}`).toBe(true)
      }
      if (plan.aggregates[index]?.kind !== "count") requireSpread(trial, group, index)
    }
  }
}

function requireSpread({ policy, sql }: Trial, { people }: GroupTruth, index: number): void {
  const sizes = people.map(({ totals }) => Math.abs(Number(totals[index] ?? 0n))).toSorted((a, b) => b - a)
  const all = sizes.reduce((sum, size) => sum + size, 0)
  const top = (n: number) => sizes.slice(0, n).reduce((sum, size) => sum + size, 0)
  for (const rule of policy.dominance) {
    if (rule.kind === "n-k") expect(100 * top(rule.n), sql).toBeLessThanOrEqual(rule.k * all)
    else expect(100 * (all - top(2)), sql).toBeGreaterThanOrEqual(rule.p * top(1))
  }
}

function dimensionsFirst({ plan }: Trial, row: readonly (string | null)[]): readonly (string | null)[] {
  return row.filter((_, index) => plan.outputs[index]?.kind === "dimension")
}

/** Dimensions, counts and sums: averages and ratios are floating-point numbers in DuckDB. */
function isPlain({ plan }: Trial, index: number): boolean {
  const output = plan.outputs[index]
  if (output === undefined || output.kind === "ratio") return false
  return output.kind === "dimension" || plan.aggregates[output.aggregate]?.kind !== "avg"
}

/**
 * Of equal rows DuckDB takes any, by its own order; and it gives sums of decimals 38 digits, and then rounds what they
 * meet, for lack of room. The brute force has compared what is ours.
 */
function hasNoOneMeaning({ plan: { ctes } }: Trial): boolean {
  const aggregates = ctes.flatMap(({ columns }) =>
    columns.flatMap((column) => (column.kind === "per-person" ? [column.aggregate] : [])),
  )
  return aggregates.some(({ kind, type }) =>
    kind === "sum" ? type.kind === "decimal" : kind === "first" || kind === "last",
  )
}

/** `date_trunc` makes timestamps in DuckDB, and dates here. */
function plainCell(cell: string | null): string | null {
  return cell === null ? null : cell.replace(/ 00:00:00$/, "")
}

function plainRow(trial: Trial, group: GroupTruth): (string | null)[] {
  const { plan } = trial
  const dimensions = [...dimensionTexts(plan, group)]
  return plan.outputs.flatMap((output, place) => {
    if (output.kind === "dimension") return [dimensions.shift() ?? null]
    if (output.kind === "ratio" || !isPlain(trial, place)) return []
    const { aggregate: index } = output
    const rows = group.people.reduce((sum, person) => sum + (person.rows[index] ?? 0n), 0n)
    if (rows === 0n && plan.aggregates[index]?.kind === "sum") return [null]
    const total = group.people.reduce((sum, person) => sum + (person.totals[index] ?? 0n), 0n)
    return [totalText(plan, index, total)]
  })
}

function sorted(rows: readonly (readonly (string | null)[])[]): readonly string[] {
  return rows.map((row) => JSON.stringify(row)).toSorted()
}
