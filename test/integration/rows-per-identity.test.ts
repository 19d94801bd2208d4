import { rm } from "node:fs/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Contract } from "../../shared/contract/contract.ts"
import { PERSONS_SQL, release, SignedRun, session, softwareRoot, uuid } from "../support/signed-run.ts"

/** Rows per identity, and one row's largest balance, as agreed below. */
const ACCOUNTS_EACH = 8
const PERSONS_EACH = 2
const LARGEST = 1000
const REGIONS = ["east", "north", "west"]

type Row = readonly [id: number, balance: number]

const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)
const each = (from: number, to: number, ...balances: readonly number[]) =>
  ids(from, to).flatMap((id) => balances.map((balance): Row => [id, balance]))

/** In the east everybody has three accounts, and one person eight. */
const EAST = [...each(0, 100, 700, 700, 700), ...each(0, 1, 700, 700, 700, 700, 700)]
/** The two accounts of 60 people in the west and of all 60 in the north sum to `apart`; 40 in the west have one of 5. */
const others = (apart: number) => [
  ...each(100, 160, 50, -50 + apart),
  ...each(160, 200, 5),
  ...each(200, 260, 50, -50 + apart),
]

let root: string
let run: SignedRun

beforeAll(async () => {
  root = await softwareRoot()
  run = await SignedRun.create(severalRows)
})

afterAll(() => rm(root, { force: true, recursive: true }))

function severalRows(contract: Contract): void {
  for (const dataset of contract.datasets) {
    // A sum over the join adds up each owner's rows once for every row of the other.
    dataset.rule.rowCounts = ["aggregate"]
    dataset.maxRowsPerIdentity = dataset.name === "accounts" ? ACCOUNTS_EACH : PERSONS_EACH
    for (const column of dataset.columns) if (column.name === "region" && "domain" in column) column.domain = REGIONS
  }
  const [query] = contract.queries
  if (query === undefined) throw new Error("no query")
  query.output.push({ kind: "avg", name: "mean", reads: [{ column: "balance", dataset: "accounts" }] })
  query.sql = query.sql.replace("AS total", "AS total, avg(accounts.balance) AS mean")
}

async function released(rows: readonly Row[]) {
  const values = rows.map(([id, balance]) => `(${id}, ${balance})`).join()
  const accounts = await run.seal(
    "accounts",
    `SELECT ${uuid("i")} AS id, CAST(b AS BIGINT) AS balance, CAST(0 AS BIGINT) AS branch FROM (VALUES ${values}) t(i, b)`,
  )
  const north = PERSONS_SQL.replace("'west'", "CASE WHEN range < 200 THEN 'west' ELSE 'north' END")
  const persons = await run.seal("persons", north.replace("range(200)", "range(260)"))
  const booted = await run.boot(root)
  try {
    const sealed = [accounts, persons]
    return await run.open("agency", await release(booted, await run.granted(await session(booted), sealed), sealed))
  } finally {
    await booted.stop()
  }
}

/**
 * Count, sum and average of one region, computed from the rows and SPEC.md (QRY-5, GATE-3) alone: sums to one identity's
 * largest contribution, row counts to one identity's most rows, averages of what was rounded.
 */
function computed(region: string, rows: readonly Row[]): readonly string[] {
  const most = ACCOUNTS_EACH * PERSONS_EACH
  const to = (step: number, value: number) => Math.round(value / step) * step
  const people = new Set(rows.map(([id]) => id)).size
  const total = to(
    LARGEST * most,
    rows.reduce((sum, [, balance]) => sum + balance, 0),
  )
  const mean = Math.round((total / to(most, rows.length)) * 100) / 100
  return [region, String(people), String(total), String(mean)]
}

describe("several rows of one person", () => {
  it("count as one person, whom the roundings hide with all of them", async () => {
    // 305 rows of 700 are 213500, in steps of 16000 that is 208000; 305 in steps of 16 are 304; 208000 / 304 = 684.21.
    expect(computed("east", EAST)).toEqual(["east", "100", "208000", "684.21"])
    const { rows, withheldGroups } = await released([...EAST, ...others(5)])
    expect(rows).toEqual([
      ["east", "100", "208000", "684.21"],
      computed("north", each(200, 260, 50, -45)),
      computed("west", [...each(100, 160, 50, -45), ...each(160, 200, 5)]),
    ])
    expect(withheldGroups).toBe("0")
  })

  it("that cancel are no contribution: 40 contributors of 100 are too few, and so are none of 60", async () => {
    const { rows, withheldGroups } = await released([...EAST, ...others(0)])
    expect(rows).toEqual([["east", "100", "208000", "684.21"]])
    expect(withheldGroups).toBe("1-9")
  })
})
