import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { canonicalBytes } from "../../shared/json/canonical.ts"
import { testContract } from "../support/contract.ts"
import { parleyJson, runParley } from "../support/parley.ts"

let folder: string
let file: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-dry-run-"))
  file = join(folder, "contract.json")
  const contract = await testContract()
  // Few balances of zero would be people whom the total leaves out, and withhold every group.
  for (const column of contract.datasets.flatMap(({ columns }) => columns)) {
    if (column.name === "balance" && column.type === "integer") column.range = { max: 1000, min: 1, step: 1 }
  }
  await writeFile(file, canonicalBytes(contract))
})
afterAll(() => rm(folder, { recursive: true }))

interface Dry {
  readonly synthetic: boolean
  readonly tables: readonly { readonly dataset: string; readonly rows: number }[]
  readonly results: readonly {
    readonly rows: readonly (readonly string[])[]
    readonly because: Readonly<Record<string, number>>
    readonly withheld: number
    readonly parameters: Readonly<Record<string, number>>
  }[]
}

const dryRun = async (...args: string[]) => (await parleyJson(["contract", "dry-run", file, ...args])) as unknown as Dry

describe("parley contract dry-run", () => {
  it("releases the same rounded groups each time, on rows that it says are SYNTHETIC", async () => {
    const [first, second] = [await dryRun(), await dryRun()]
    expect(first.synthetic).toBe(true)
    expect(first.tables.map(({ dataset }) => dataset)).toEqual(["accounts", "persons"])
    const [result] = first.results
    expect(result?.rows.length).toBeGreaterThan(0)
    for (const [, people, total] of result?.rows ?? []) {
      expect(Number(people)).toBeGreaterThanOrEqual(50)
      expect(Number(total) % 1000).toBe(0)
    }
    expect(second.results.map(({ rows }) => rows)).toEqual(first.results.map(({ rows }) => rows))
    const { stdout } = await runParley(["contract", "dry-run", file])
    expect(stdout).toMatch(/^SYNTHETIC rows of 20000 people\n/)
  })

  it("withholds what too few people are behind, and says so", async () => {
    const { results } = await dryRun("--people", "100")
    expect(results.map(({ rows, withheld }) => [rows.length, withheld > 0])).toEqual([[0, true]])
    expect(results[0]?.because.people).toBe(results[0]?.withheld)
    const { stdout } = await runParley(["contract", "dry-run", file, "--people", "100"])
    expect(stdout).toMatch(/ {2}withheld, \d+ of them: too few people: group more coarsely\n/)
  })

  it("takes values of parameters, and the middle of the range without", async () => {
    expect((await dryRun()).results[0]?.parameters).toEqual({ youngest: 50 })
    expect((await dryRun("--param", "youngest=30")).results[0]?.parameters).toEqual({ youngest: 30 })
    const { exit, stderr } = await runParley(["contract", "dry-run", file, "--param", "youngest=1000"])
    expect([exit, stderr.split(":")[0]]).toEqual([10, "error[parameter-invalid]"])
  })

  it("says which queries there are", async () => {
    const { exit, stderr } = await runParley(["contract", "dry-run", file, "--query", "nope"])
    expect([exit, stderr.includes("the contract has overlap")]).toEqual([64, true])
  })
})
