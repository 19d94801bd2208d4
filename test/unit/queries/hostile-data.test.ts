import { describe, expect, it } from "vitest"
import type { EffectivePolicy } from "../../../shared/contract/effective-policy.ts"
import { checkParameters } from "../../../shared/query/parameters.ts"
import type { TableSource } from "../../../shared/query/sql/source.ts"
import { queryOf } from "../../queries/case.ts"
import { hostileDatasets } from "../../queries/hostile/datasets.ts"
import { hostileOutputs } from "../../queries/hostile/engine.ts"
import { hostileValues } from "../../queries/hostile/parameters.ts"
import { type HostileData, hostileData } from "../../queries/hostile/released.ts"
import { ingest } from "../../queries/ingesting.ts"
import { contractOf, judge } from "../../queries/judging.ts"
import { engineOutput, release, throughGate } from "../../queries/releasing.ts"
import { database, sources } from "../../queries/tables.ts"
import { DATASETS } from "../../queries/worlds/contract.ts"
import { ROWS } from "../../queries/worlds/rows.ts"
import { expectCode } from "../../support/rejects.ts"

describe("hostile datasets are refused on their own", () => {
  const purchases = DATASETS.media.find(({ name }) => name === "purchases")
  const { purchases: rows = [] } = ROWS.media()

  it("differ from data that are in order", async () => {
    if (purchases === undefined) throw new Error("no purchases")
    await ingest(purchases, rows, {})
    expect(rows.length).toBeGreaterThan(1000)
  })

  for (const entry of hostileDatasets) {
    it(`${entry.id}: ${entry.title}`, async () => {
      if (purchases === undefined) throw new Error("no purchases")
      const { message } = await expectCode("dataset-invalid", () => ingest(purchases, rows, entry))
      expect(message).toContain(entry.says)
    })
  }
})

/** What the gate would let out if it counted nobody; the attack must not fail for another reason. */
const LENIENT = 1

function tablesOf({ newOptOuts = [], rows, world }: HostileData): readonly TableSource[] {
  const added = newOptOuts.map((token) => ({ step: 1, token }))
  return sources(DATASETS[world], rows).map((table) =>
    table.dataset === "purchases" ? { ...table, newOptOuts: added, optOuts: newOptOuts } : table,
  )
}

describe("hostile data behind a query that passes", () => {
  for (const entry of hostileData) {
    it(`${entry.id}: ${entry.title}`, async () => {
      const { output, reason, rows, shows, sql, victim, world } = entry
      const judged = await judge(await contractOf({ output, parameters: [], sql, world }, entry.edit))
      const engine = await database(DATASETS[world], rows)
      const under = async (policy: EffectivePolicy) =>
        (await release({ ...judged, policy }, engine, tablesOf(entry), {})).rows
      const released = await under(judged.policy)
      if (shows !== undefined) expect(released).toEqual(shows)
      if (victim === null) return
      const groups = (shown: typeof released) => shown.map(([group]) => group)
      expect(groups(released)).not.toContain(victim)
      const spread = { ...judged.policy, dominance: [] }
      expect(groups(await under(spread)).includes(victim)).toBe(reason === "dominance")
      const aggregates = judged.policy.aggregates.map((own) => ({ ...own, minIdentities: LENIENT }))
      expect(groups(await under({ ...spread, aggregates, maxGroups: 1000, minIdentities: LENIENT }))).toContain(victim)
    })
  }
})

describe("what a hostile engine answers", () => {
  const [honest] = hostileData.filter(({ id }) => id === "gate-duplicates")
  for (const { change, id, title } of hostileOutputs) {
    it(`${id}: ${title}`, async () => {
      if (honest === undefined) throw new Error("no honest answer")
      const { output, rows, sql, world } = honest
      const judged = await judge(await contractOf({ output, parameters: [], sql, world }))
      const tables = tablesOf(honest)
      const answer = await engineOutput(judged, await database(DATASETS[world], rows), tables, {})
      expect(throughGate(judged, tables, answer).rows.length).toBe(2)
      await expectCode("gate-refused", () => throughGate(judged, tables, change(answer)))
    })
  }
})

describe("hostile values of parameters", () => {
  for (const { declared, id, title, values } of hostileValues) {
    it(`${id}: ${title}`, async () => {
      const query = queryOf({ output: [], parameters: [declared], sql: "SELECT 1" })
      await expectCode("parameter-invalid", () => checkParameters(query, values))
    })
  }
})
