import { describe, expect, it } from "vitest"
import type { EffectivePolicy } from "../../../shared/contract/effective-policy.ts"
import { hostileDatasets } from "../../queries/hostile/datasets.ts"
import { hostileData } from "../../queries/hostile/released.ts"
import { ingest } from "../../queries/ingesting.ts"
import { contractOf, judge } from "../../queries/judging.ts"
import { release } from "../../queries/releasing.ts"
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

describe("hostile data behind a query that passes", () => {
  for (const { edit, id, output, reason, rows, shows, sql, title, victim, world } of hostileData) {
    it(`${id}: ${title}`, async () => {
      const judged = await judge(await contractOf({ output, parameters: [], sql, world }, edit))
      const engine = await database(DATASETS[world], rows)
      const under = async (policy: EffectivePolicy) =>
        (await release({ ...judged, policy }, engine, sources(DATASETS[world], rows), {})).rows
      const released = await under(judged.policy)
      if (shows !== undefined) expect(released).toEqual(shows)
      if (victim === null) return
      const groups = (shown: typeof released) => shown.map(([group]) => group)
      expect(groups(released)).not.toContain(victim)
      const spread = { ...judged.policy, dominance: [] }
      expect(groups(await under(spread)).includes(victim)).toBe(reason === "dominance")
      const aggregates = judged.policy.aggregates.map((own) => ({ ...own, minIdentities: LENIENT }))
      expect(groups(await under({ ...spread, aggregates, minIdentities: LENIENT }))).toContain(victim)
    })
  }
})
