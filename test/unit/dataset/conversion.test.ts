import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { beforeEach, describe, expect, it } from "vitest"
import type { Column } from "../../../shared/contract/columns.ts"
import { conversionsOf } from "../../../verifier/cli/dataset/conversion.ts"
import { openInput } from "../../../verifier/cli/dataset/input.ts"
import { literal, openLocalEngine } from "../../../verifier/cli/engine/duckdb.ts"
import { integerColumn, testDataset } from "../../support/datasets.ts"

let engine: Awaited<ReturnType<typeof openLocalEngine>>
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-conversion-"))
  engine = await openLocalEngine({ memoryBytes: 64 * 1024 * 1024, spillFolder: null })
  return async () => {
    engine.closeSync()
    await rm(folder, { force: true, recursive: true })
  }
})

const amount: Column = {
  meaning: "amount",
  name: "amount",
  nullable: true,
  range: { max: "1000000", min: "-1000000", step: "0.01" },
  role: "measure",
  scale: 2,
  type: "decimal",
}

/** What becomes of the cells of a Parquet column of that type, and which faults they have. */
async function converted(type: string, cells: readonly string[], column: Column = amount) {
  const file = join(folder, `${type}.parquet`)
  const values = cells.map((cell) => `('a', CAST(${cell} AS ${type}))`).join(", ")
  await engine.run(`COPY (SELECT * FROM (VALUES ${values}) v(id, amount)) TO ${literal(file)} (FORMAT parquet)`)
  const input = await openInput(engine, { input: [file], map: new Map() }, folder)
  const conversion = conversionsOf(testDataset("accounts", "bank", [column]), input, new Map())[1]
  if (conversion === undefined) throw new Error("no conversion")
  const { faults, value } = conversion
  const kinds = faults.map(({ kind, when }) => `CASE WHEN ${when("v")} THEN '${kind}' END`)
  const sql = `SELECT CAST(v AS VARCHAR), concat_ws(' ', ${kinds.join(", ")}) FROM (SELECT *, ${value} AS v FROM ${input.plain})`
  return { rows: (await engine.runAndReadAll(sql)).getRows(), value }
}

describe("decimals that are decimals already", () => {
  it.each(["DECIMAL(9,2)", "DECIMAL(18,2)", "DECIMAL(4,1)", "DECIMAL(16,0)"])(
    "of type %s lose no digit and take no detour over text",
    async (type) => {
      const { rows, value } = await converted(type, ["12", "-7", "NULL"])
      expect(rows).toEqual([
        ["12.00", ""],
        ["-7.00", ""],
        [null, ""],
      ])
      expect(value).not.toContain("VARCHAR")
    },
  )

  it("are judged as text where a digit could be lost", async () => {
    const { rows, value } = await converted("DECIMAL(18,4)", ["12.5000", "12.5001"])
    expect(rows).toEqual([
      ["12.50", ""],
      [null, "type"],
    ])
    expect(value).toContain("VARCHAR")
    const wide = await converted("DECIMAL(38,2)", ["10000000000000000.00", "1.25"])
    expect(wide.rows).toEqual([
      [null, "type"],
      ["1.25", ""],
    ])
  })

  it("are held to their range", async () => {
    const { rows } = await converted("DECIMAL(18,2)", ["1000000", "1000000.01"])
    expect(rows).toEqual([
      ["1000000.00", ""],
      ["1000000.01", "range"],
    ])
  })
})

describe("cells that are text", () => {
  const common = { meaning: "amount", name: "amount", nullable: true }
  const day: Column = { ...common, range: { max: "2030-12-31", min: "1900-01-01" }, role: "attribute", type: "date" }
  const [max, min] = ["2030-01-01T00:00:00Z", "1900-01-01T00:00:00Z"]
  const moment: Column = { ...common, range: { max, min }, role: "attribute", type: "timestamp" }
  const flag: Column = { ...common, role: "attribute", type: "boolean" }

  it.each<[string, Column, readonly (readonly [string, string | null, string])[]]>([
    [
      "integer",
      integerColumn("amount", "measure", -100, 1_000_000),
      [
        ["7", "7", ""],
        ["-7", "-7", ""],
        ["+007", "7", ""],
        ["1.5", null, "type"],
        ["1.0", null, "type"],
        ["1e3", null, "type"],
        [" 7", null, "type"],
        ["0x10", null, "type"],
        ["1_000", null, "type"],
        ["", null, "type"],
        ["1000001", "1000001", "range"],
        ["9223372036854775807", "9223372036854775807", "range"],
        ["9223372036854775808", null, "type"],
      ],
    ],
    [
      "decimal",
      amount,
      [
        ["12.50", "12.50", ""],
        ["12.5", "12.50", ""],
        ["+12.5000", "12.50", ""],
        ["12.505", null, "type"],
        ["1e2", null, "type"],
        [".5", null, "type"],
        ["-1000000.01", "-1000000.01", "range"],
      ],
    ],
    [
      "date",
      day,
      [
        ["2024-02-29", "2024-02-29", ""],
        ["2023-02-29", null, "type"],
        ["2024-2-9", null, "type"],
        ["2024/02/09", null, "type"],
        ["epoch", null, "type"],
        ["infinity", "infinity", "range"],
        ["0044-03-15 (BC)", "0044-03-15 (BC)", "range"],
        ["10000-01-01", "10000-01-01", "range"],
      ],
    ],
    [
      "timestamp",
      moment,
      [
        ["2024-02-29 10:11:12.5", "2024-02-29 10:11:12.5", ""],
        ["2024-02-29T10:11:00Z", "2024-02-29 10:11:00", ""],
        ["2024-02-29 10:11:12.1234567", null, "type"],
        ["2024-02-29 10:11:12+01", null, "type"],
        ["2024-02-29", null, "type"],
        ["infinity", "infinity", "range"],
      ],
    ],
    [
      "boolean",
      flag,
      [
        ["true", "true", ""],
        ["False", "false", ""],
        ["1", "true", ""],
        ["yes", null, "type"],
        ["t", null, "type"],
      ],
    ],
  ])("become %s values in one shape only", async (_type, column, cells) => {
    const { rows } = await converted(
      "VARCHAR",
      cells.map(([cell]) => literal(cell)),
      column,
    )
    expect(rows).toEqual(cells.map(([, value, faults]) => [value, faults]))
  })
})
