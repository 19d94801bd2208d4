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

type Cell = string | null

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
  it(`are ${LEGITIMATE_QUERIES.length}, at least 60, and have every reason for withholding among them`, () => {
    const names = LEGITIMATE_QUERIES.map(({ id }) => id)
    expect(new Set(names).size).toBe(names.length)
    expect(names.length).toBeGreaterThanOrEqual(60)
    const reasons = LEGITIMATE_QUERIES.flatMap(({ withheld }) => Object.keys(withheld))
    const all: readonly Reason[] = ["alike", "complement", "contributors", "dominance", "left-out", "people"]
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
      const dimensions = output.filter(({ kind }) => kind === "dimension" || kind === "bucket").length
      const pairs = released.rows.slice(1).map((row, index) => [released.rows[index] ?? [], row] as const)
      expect(pairs.filter(([before, after]) => !inOrder(before.slice(0, dimensions), after))).toEqual([])
      expect(released.withheld).toBe(Object.values(entry.withheld).reduce((sum, count) => sum + count, 0))
    })
  }
})

function sorted(rows: readonly (readonly Cell[])[]): readonly string[] {
  return rows.map((row) => JSON.stringify(row)).toSorted()
}

/** Numbers by value, text by bytes, null last (GATE-10). */
function inOrder(before: readonly Cell[], after: readonly Cell[]): boolean {
  const index = before.findIndex((cell, column) => cell !== after[column])
  const [left, right] = [before[index] ?? null, after[index] ?? null]
  if (left === null || right === null) return right === null
  const number = /^-?\d+$/
  if (number.test(left) && number.test(right)) return Number(left) < Number(right)
  return Buffer.compare(Buffer.from(left), Buffer.from(right)) < 0
}
