import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Contract } from "../../shared/contract/contract.ts"
import type { NewOptOut } from "../../shared/query/sql/source.ts"
import { Random } from "../fuzz/random.ts"
import { testContract } from "../support/contract.ts"
import type { GroupTruth, PersonTruth, Tables } from "./brute-force.ts"
import { dimensionTexts, expectedNumbers, numbersOf } from "./compare.ts"
import { Engine, token } from "./engine.ts"
import { makeTrial, runTrial, type Trial, truthOf } from "./trial.ts"
import { between, chance } from "./world.ts"

const RUNS = Number(process.env.PARLEY_PROPERTY_RUNS ?? 250)
/** One seed, so that what is found is found again; another one explores. */
const SEED = Number(process.env.PARLEY_PROPERTY_SEED ?? 20261125)
let engine: Engine
let base: Contract

beforeAll(async () => {
  engine = await Engine.open()
  base = await testContract()
})

const tried = { accepted: 0, differing: 0, withheld: 0 }
afterAll(() => {
  process.stdout.write(`opt-outs: ${JSON.stringify(tried)}\n`)
})

/** By owner, when each person was taken out: 0 before the first run. */
type Steps = ReadonlyMap<string, ReadonlyMap<number, number>>

describe("people who were taken out between runs", () => {
  it("are in no number, and no earlier result differs from this one by 1 to k-1 of them", async () => {
    const property = fc.asyncProperty(fc.integer({ max: 2 ** 31 - 1, min: 0 }), async (seed) => {
      const g = new Random(seed, 0)
      const trial = await makeTrial(g, engine, base)
      if (trial === null) return
      tried.accepted++
      await check(trial, makeSteps(g, trial))
    })
    await fc.assert(property, { endOnFailure: true, numRuns: RUNS, seed: SEED })
    expect(tried.accepted).toBeGreaterThan(RUNS / 2)
    expect(tried.differing, "released cells that differ from an earlier result").toBeGreaterThan(0)
  })
})

/** Few steps, and some that take many people at once. */
function makeSteps(g: Random, { world }: Trial): Steps {
  const often = between(g, 5, 60)
  return new Map(
    world.datasets.map(({ owner }) => {
      const people = Array.from({ length: world.people }, (_, person) => person).filter(() => chance(g, often))
      return [owner, new Map(people.map((person) => [person, between(g, 0, 2)] as const))]
    }),
  )
}

async function check(trial: Trial, steps: Steps): Promise<void> {
  const { plan, world } = trial
  const owners = new Map(world.datasets.map(({ name, owner }) => [name, steps.get(owner) ?? new Map()] as const))
  const ran = await runTrial(engine, trial, world.tables, (dataset) => {
    const own = [...(owners.get(dataset) ?? [])]
    const newOptOuts = own.flatMap(([person, step]): NewOptOut[] => (step > 0 ? [{ step, token: token(person) }] : []))
    return { newOptOuts, optOuts: own.map(([person]) => token(person)) }
  })
  const now = truthOf(trial, without(trial, steps, new Map()))
  const byDimensions = (a: { dimensions: unknown }, b: { dimensions: unknown }) =>
    JSON.stringify(a.dimensions) < JSON.stringify(b.dimensions) ? -1 : 1
  const asked = ran.groups[0]?.aggregates.reduce((most, { shares }) => Math.max(most, shares.length), 0) ?? 0
  const shares = Math.max(asked, ...trial.policy.dominance.map((rule) => (rule.kind === "n-k" ? rule.n : 2)))
  const expected = now.map((group) => expectedNumbers(plan, group, shares)).toSorted(byDimensions)
  expect(ran.groups.map(numbersOf).toSorted(byDimensions), trial.sql).toEqual(expected)
  const dimensions = plan.outputs.flatMap(({ kind }, index) => (kind === "dimension" ? [index] : []))
  const released = new Set(ran.gated.rows.map((row) => JSON.stringify(dimensions.map((index) => row[index] ?? null))))
  tried.withheld += ran.gated.withheld
  for (const earlier of earlierRuns([...steps.keys()])) {
    const before = truthOf(trial, without(trial, steps, earlier))
    for (const group of now) {
      const key = JSON.stringify(dimensionTexts(plan, group))
      if (released.has(key)) requireEnough(trial, before, group, key)
    }
  }
}

/** Every state in which an earlier run can have found the owners' lists: by owner, the last step that it knew. */
function earlierRuns(owners: readonly string[]): readonly ReadonlyMap<string, number>[] {
  const [owner, ...others] = owners
  if (owner === undefined) return [new Map()]
  return earlierRuns(others).flatMap((known) => [0, 1, 2].map((step) => new Map([...known, [owner, step]])))
}

/** The datasets without those whom their owners had taken out by then. */
function without({ world }: Trial, steps: Steps, known: ReadonlyMap<string, number>): Tables {
  return new Map(
    world.datasets.map(({ name, owner }) => {
      const last = known.get(owner) ?? Number.POSITIVE_INFINITY
      const out = (person: number) => (steps.get(owner)?.get(person) ?? Number.POSITIVE_INFINITY) <= last
      return [
        name,
        (world.tables.get(name) ?? []).filter(({ person }) =>
          known.size === 0 ? !steps.get(owner)?.has(person) : !out(person),
        ),
      ]
    }),
  )
}

/** Somebody with both results learns, at most, what k people together have added or taken away. */
function requireEnough(
  { plan, policy, sql }: Trial,
  before: readonly GroupTruth[],
  now: GroupTruth,
  key: string,
): void {
  const then = before.find((group) => JSON.stringify(dimensionTexts(plan, group)) === key)
  for (const [index, { minIdentities }] of policy.aggregates.entries()) {
    const differing = new Set(
      [...now.people, ...(then?.people ?? [])]
        .map(({ person }) => person)
        .filter((person) => contribution(now, person, index) !== contribution(then, person, index)),
    )
    if (differing.size === 0) continue
    tried.differing++
    expect(differing.size, `${sql} ${key}`).toBeGreaterThanOrEqual(minIdentities)
  }
}

function contribution(group: GroupTruth | undefined, person: number, index: number): string | null {
  const own: PersonTruth | undefined = group?.people.find((candidate) => candidate.person === person)
  const total = own?.totals[index] ?? null
  return total === null ? null : `${total} of ${own?.rows[index] ?? 0n}`
}
