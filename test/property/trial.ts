import type { Contract } from "../../shared/contract/contract.ts"
import type { EffectivePolicy } from "../../shared/contract/effective-policy.ts"
import type { Query } from "../../shared/contract/query.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { type Gated, gate } from "../../shared/gate/gate.ts"
import type { EngineOutput, Group } from "../../shared/gate/group.ts"
import { readGroups } from "../../shared/gate/read-groups.ts"
import { judgeQuery } from "../../shared/query/judge/judge.ts"
import type { Plan } from "../../shared/query/plan.ts"
import { effectivePolicy } from "../../shared/query/policy.ts"
import { aggregateSql } from "../../shared/query/sql/aggregate.ts"
import { sharesOf } from "../../shared/query/sql/layout.ts"
import type { TableSource } from "../../shared/query/sql/source.ts"
import { parseStatement } from "../../shared/query/tree.ts"
import type { Random } from "../fuzz/random.ts"
import { bruteForce, type GroupTruth, type Tables } from "./brute-force.ts"
import { type Engine, sourceOf } from "./engine.ts"
import type { Given } from "./evaluate.ts"
import { makeQuery } from "./queries.ts"
import { between, makeWorld, type World } from "./world.ts"

/** A query that the judge accepts, over a world. */
export interface Trial {
  readonly world: World
  readonly contract: Contract
  readonly plan: Plan
  readonly policy: EffectivePolicy
  readonly sql: string
  readonly given: Given
}

/** What the engine reported of some tables, read by the gate's own reader, and what leaves. */
export interface Ran {
  readonly output: EngineOutput
  readonly groups: readonly Group[]
  readonly gated: Gated
}

/** A query over a world, judged. */
export async function judgeTrial(
  engine: Engine,
  base: Contract,
  world: World,
  made: Pick<Query, "output" | "parameters" | "sql">,
  given: Given = {},
): Promise<Trial> {
  const queries = base.queries.map((query) => ({ ...query, ...made }))
  const contract = { ...base, datasets: [...world.datasets], queries }
  const [query] = queries
  if (query === undefined) throw new RangeError("no query")
  const { tree } = await parseStatement((text, value) => engine.scalar(text, value), made.sql)
  const plan = judgeQuery(contract, query, tree)
  return { contract, given, plan, policy: effectivePolicy(contract, plan), sql: made.sql, world }
}

/** Null where the judge refuses: then there is nothing to run. */
export async function makeTrial(g: Random, engine: Engine, base: Contract): Promise<Trial | null> {
  const world = makeWorld(g)
  const made = makeQuery(g, world)
  try {
    return await judgeTrial(engine, base, world, made, { p: between(g, 0, 5) })
  } catch (cause) {
    if (cause instanceof ParleyError) return null
    throw cause
  }
}

export async function runTrial(
  engine: Engine,
  { contract, given, plan, policy, world }: Trial,
  tables: Tables = world.tables,
  over: (dataset: string) => Partial<TableSource> = () => ({}),
): Promise<Ran> {
  for (const dataset of world.datasets) await engine.load(dataset, tables.get(dataset.name) ?? [])
  const sources = world.datasets.map((dataset) => sourceOf(dataset, tables.get(dataset.name) ?? [], over(dataset.name)))
  const touched = sources.some(({ newOptOuts }) => newOptOuts.length > 0)
  const output = await engine.run(aggregateSql(plan, sources, policy), given)
  const groups = readGroups(contract, plan, { shares: sharesOf(policy), touched }, output)
  return { gated: gate({ contract, output, plan, policy, touched }), groups, output }
}

export function truthOf({ given, plan, world }: Trial, tables: Tables = world.tables): readonly GroupTruth[] {
  return bruteForce(plan, tables, given)
}
