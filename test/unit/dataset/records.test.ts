import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { keepRecord, lastVersion } from "../../../verifier/cli/dataset/records.ts"

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-records-"))
})
afterAll(() => rm(folder, { force: true, recursive: true }))

const common = {
  asOf: "2026-01-01T00:00:00Z",
  bytes: 1000,
  contract: "1".repeat(64),
  dataKey: "A".repeat(43),
  dataset: "accounts",
  lineage: "B".repeat(22),
  manifest: "2".repeat(64),
  rows: 10,
  sealedAt: "2026-01-01T00:00:00Z",
  version: 1,
}

describe("records of sealed versions", () => {
  it("of the first format keep their data keys, beside newer ones", async () => {
    const columns = [{ name: "id", nulls: 0, type: "identity" }]
    await keepRecord({ folder }, { ...common, columns, format: "parley/sealed-record/v1" })
    expect(await lastVersion({ folder }, common.lineage)).toMatchObject({ dataKey: common.dataKey, version: 1 })
    const input = [{ name: "Kunden-Nr.", nulls: null, type: "BIGINT" }]
    const second = {
      ...common,
      format: "parley/sealed-record/v2" as const,
      input,
      manifest: "3".repeat(64),
      version: 2,
    }
    await keepRecord({ folder }, second)
    expect(await lastVersion({ folder }, common.lineage)).toEqual(second)
  })
})
