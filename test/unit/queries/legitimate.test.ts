import type { DuckDBConnection } from "@duckdb/node-api"
import { beforeAll, describe, expect, it } from "vitest"
import type { Reason } from "../../queries/case.ts"
import { contractOf, judge } from "../../queries/judging.ts"
import { LEGITIMATE_QUERIES } from "../../queries/legitimate/index.ts"
import { expectedRelease } from "../../queries/reference.ts"
import { release } from "../../queries/releasing.ts"
import { database, sources } from "../../queries/tables.ts"
import type { Rows } from "../../queries/worlds/chance.ts"
import { DATASETS, type World } from "../../queries/worlds/contract.ts"
import { ROWS } from "../../queries/worlds/rows.ts"

const worlds = new Map<World, { readonly engine: DuckDBConnection; readonly rows: Rows }>()

beforeAll(async () => {
  for (const world of ["fraud", "health", "media", "supply"] as const) {
    const rows = ROWS[world]()
    worlds.set(world, { engine: await database(DATASETS[world], rows), rows })
  }
})

function inWorld(world: World) {
  const found = worlds.get(world)
  if (found === undefined) throw new Error("no such world")
  return found
}

describe("legitimate queries", () => {
  it("are at least 60, each with a name of its own, and have every reason for withholding among them", () => {
    const names = LEGITIMATE_QUERIES.map(({ id }) => id)
    expect(new Set(names).size).toBe(names.length)
    expect(names.length).toBeGreaterThanOrEqual(60)
    const reasons = LEGITIMATE_QUERIES.flatMap(({ withheld }) => Object.keys(withheld))
    const all: readonly Reason[] = ["complement", "contributors", "dominance", "left-out", "people"]
    expect(all.filter((reason) => !reasons.includes(reason))).toEqual([])
  })

  for (const entry of LEGITIMATE_QUERIES) {
    it(`${entry.id}: ${entry.title}`, async () => {
      const { engine, rows } = inWorld(entry.world)
      const asked = entry.parameters ?? []
      const parameters = asked.map(({ declared }) => declared)
      const { edit, output, sql, world } = entry
      const judged = await judge(await contractOf({ output, parameters, sql, world }, edit))
      const values = Object.fromEntries(asked.map(({ declared, value }) => [declared.name, value]))
      const released = await release(judged, engine, sources(DATASETS[world], rows), values)
      const expected = await expectedRelease(entry, engine)
      expect(expected.withheld).toEqual(entry.withheld)
      expect(expected.rows.length).toBe(entry.released)
      expect(sorted(released.rows)).toEqual(sorted(expected.rows))
      expect(released.withheld).toBe(Object.values(entry.withheld).reduce((sum, count) => sum + count, 0))
    })
  }
})

/** The order of rows is the gate's own tests' matter. */
function sorted(rows: readonly (readonly (string | null)[])[]): readonly string[] {
  return rows.map((row) => JSON.stringify(row)).toSorted()
}
