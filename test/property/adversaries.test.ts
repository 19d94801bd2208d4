import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Contract } from "../../shared/contract/contract.ts"
import type { Dataset } from "../../shared/contract/dataset.ts"
import type { Query } from "../../shared/contract/query.ts"
import { Random } from "../fuzz/random.ts"
import { testContract } from "../support/contract.ts"
import { integerColumn, testDataset, textColumn } from "../support/datasets.ts"
import { Engine } from "./engine.ts"
import { judgeTrial, runTrial, type Trial } from "./trial.ts"
import type { Row, Value } from "./value.ts"

/** One party's rows are all its own choice; what it learns of the other's is what the rules admit (SECURITY.md). */
const K = 10
const PEOPLE = 40
const LARGEST = 2 ** 36
let engine: Engine
let base: Contract

beforeAll(async () => {
  engine = await Engine.open()
  base = await testContract()
})

let secrets = 0
afterAll(() => {
  process.stdout.write(`adversaries: ${secrets} secrets tried\n`)
})

const READ = { column: "w", dataset: "accounts" }
const JOINED = "FROM accounts AS a JOIN persons AS p ON p.id = a.id"
const TOTALS: Pick<Query, "output" | "parameters" | "sql"> = {
  output: [
    { column: "region", dataset: "persons", kind: "dimension", name: "region" },
    { kind: "count", name: "people" },
    { kind: "sum", name: "total", reads: [READ] },
    { kind: "avg", name: "mean", reads: [READ] },
  ],
  parameters: [],
  sql: `SELECT p.region, count(DISTINCT a.id) AS people, sum(a.w) AS total, avg(a.w) AS mean ${JOINED} GROUP BY p.region`,
}

function datasets(maxRowsPerIdentity: number): readonly [Dataset, Dataset] {
  const rule = (dataset: Dataset): Dataset => ({
    ...dataset,
    rule: {
      ...dataset.rule,
      allowedRecipients: ["agency"],
      dominance: [{ k: 99, kind: "n-k", n: 1 }],
      purposes: ["overlap-analysis"],
      threshold: { columns: [], minIdentities: K, override: null },
    },
  })
  const weights = [integerColumn("w", "measure", 0, LARGEST)]
  return [
    rule(testDataset("accounts", "bank", weights, { maxRows: 1000, maxRowsPerIdentity })),
    rule(testDataset("persons", "bureau", [textColumn("region", ["east", "west"])], { maxRows: 1000 })),
  ]
}

const row = (person: number, name: string, value: Value): Row => ({ cells: new Map([[name, value]]), person })

function trialOf(rows: number, accounts: readonly Row[], made = TOTALS): Promise<Trial> {
  const tables = new Map([["accounts", accounts]])
  return judgeTrial(engine, base, { datasets: datasets(rows), people: PEOPLE, tables }, made)
}

/** What leaves for a secret: which of the bureau's people are in the east. */
async function released(trial: Trial, east: ReadonlySet<number>, people = PEOPLE) {
  secrets++
  const persons = Array.from({ length: people }, (_, person) =>
    row(person, "region", east.has(person) ? "east" : "west"),
  )
  const { gated } = await runTrial(engine, trial, new Map([...trial.world.tables, ["persons", persons]]))
  return gated.rows
}

/** Secrets with as many people in the east: the counts, which are released, tell nothing of them. */
function secret(g: Random, size: number): ReadonlySet<number> {
  const east = new Set<number>()
  while (east.size < size) east.add(g.int(PEOPLE))
  return east
}

describe("a party that chooses its rows", () => {
  it("decodes nobody from weights 2^i: a total tells no more than how many steps it has", async () => {
    const accounts = Array.from({ length: PEOPLE }, (_, i) => row(i, "w", 2n ** BigInt(i % 37)))
    const trial = await trialOf(1, accounts)
    const g = new Random(1, 1)
    const seen = new Set<string>()
    for (let i = 0; i < 60; i++) {
      for (const [region, people, total] of await released(trial, secret(g, 20))) {
        expect(people).toBe("20")
        expect(BigInt(total ?? 0) % BigInt(LARGEST)).toBe(0n)
        seen.add(`${region} ${total}`)
      }
    }
    // 37 weights add up to less than two of the largest: 0, 1 or 2 steps on either side, of 2^20 secrets.
    expect(seen.size).toBeLessThanOrEqual(6)
    expect(seen.size).toBeGreaterThan(0)
  })

  it("moves a total by one step at most with any one person, whatever its weight", async () => {
    const g = new Random(2, 2)
    const accounts = Array.from({ length: PEOPLE }, (_, i) => row(i, "w", BigInt(1 + g.int(LARGEST))))
    const trial = await trialOf(1, accounts)
    const east = secret(g, 20)
    const totalOf = (rows: Awaited<ReturnType<typeof released>>) =>
      BigInt(rows.find(([name]) => name === "east")?.[2] ?? 0)
    const all = totalOf(await released(trial, east))
    expect(all).toBeGreaterThan(0n)
    for (const victim of east) {
      const others = totalOf(await released(trial, new Set([...east].filter((person) => person !== victim))))
      expect(all - others <= BigInt(LARGEST) && all - others >= 0n).toBe(true)
    }
  })

  it("counts with duplicates no finer than the most rows of one person", async () => {
    const accounts = Array.from({ length: PEOPLE }, (_, i) => i).flatMap((i) =>
      Array.from({ length: 1 + (i % 3) }, () => row(i, "w", BigInt(LARGEST))),
    )
    const trial = await trialOf(3, accounts)
    const g = new Random(3, 3)
    for (let i = 0; i < 30; i++) {
      for (const [, people, total, mean] of await released(trial, secret(g, 20))) {
        expect(people).toBe("20")
        expect(BigInt(total ?? 0) % BigInt(3 * LARGEST)).toBe(0n)
        const steps = BigInt(total ?? 0) / BigInt(3 * LARGEST)
        const means = Array.from({ length: 21 }, (_, rows) => String((Number(steps) * LARGEST) / (rows || 1)))
        expect(
          means.some((text) => mean?.startsWith(text.split(".")[0] ?? "")),
          `${mean}`,
        ).toBe(true)
      }
    }
  })

  it("singles nobody out with weights of 0 and 1", async () => {
    const g = new Random(4, 4)
    for (const victims of [1, K - 1]) {
      const accounts = Array.from({ length: PEOPLE }, (_, i) => row(i, "w", i < victims ? 1n : 0n))
      expect(await released(await trialOf(1, accounts), secret(g, 20))).toEqual([])
      const inverse = Array.from({ length: PEOPLE }, (_, i) => row(i, "w", i < victims ? 0n : 1n))
      expect(await released(await trialOf(1, inverse), new Set(Array.from({ length: 20 }, (_, i) => i)))).toEqual([])
    }
  })

  it("learns nothing of one person from two counts that differ by it, which its own flag makes", async () => {
    const g = new Random(5, 5)
    const counting = {
      output: [
        { kind: "count" as const, name: "all_of_them" },
        { kind: "count" as const, name: "but_one" },
      ],
      parameters: [],
      sql: `SELECT count(DISTINCT a.id) FILTER (WHERE p.region = 'east') AS all_of_them,
            count(DISTINCT a.id) FILTER (WHERE p.region = 'east' AND a.w = 0) AS but_one ${JOINED}`,
    }
    const flagged = (flags: number) => Array.from({ length: PEOPLE }, (_, i) => row(i, "w", i < flags ? 1n : 0n))
    for (const flags of [1, K - 1]) {
      const trial = await trialOf(1, flagged(flags), counting)
      for (let i = 0; i < 20; i++) {
        const east = secret(g, 20)
        const inside = [...east].filter((person) => person < flags).length
        // Where none of the flagged is in the east the counts are alike, and that is all that they tell.
        if (inside > 0) expect(await released(trial, east)).toEqual([])
      }
    }
    const all = await released(
      await trialOf(1, flagged(20), counting),
      new Set(Array.from({ length: 30 }, (_, i) => i)),
    )
    expect(all).toEqual([["30", "10"]])
  })

  it("reaches no threshold with sybils of its own, in an inner join or a left one", async () => {
    const accounts = Array.from({ length: 200 }, (_, i) => row(i, "w", 1n))
    const few = new Set(Array.from({ length: K - 1 }, (_, i) => i))
    expect(await released(await trialOf(1, accounts), few, K - 1)).toEqual([])
    const left = {
      output: TOTALS.output.slice(1, 3),
      parameters: [],
      sql: "SELECT count(DISTINCT a.id) AS people, sum(a.w) AS total FROM accounts AS a LEFT JOIN persons AS p ON p.id = a.id",
    }
    for (const people of [1, K - 1]) {
      expect(await released(await trialOf(1, accounts, left), few, people), `${people} of the bureau`).toEqual([])
    }
    expect((await released(await trialOf(1, accounts, left), few, K)).length).toBe(1)
  })
})
