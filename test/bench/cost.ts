import { mkdtemp, rm } from "node:fs/promises"
import { availableParallelism, tmpdir, totalmem } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api"
import { judgeContract } from "../../enclave/engine/judge.ts"
import { openLocked } from "../../enclave/engine/locked-duckdb.ts"
import type { Contract } from "../../shared/contract/contract.ts"
import { gate } from "../../shared/gate/gate.ts"
import type { EngineOutput } from "../../shared/gate/group.ts"
import type { Plan } from "../../shared/query/plan.ts"
import { effectivePolicy } from "../../shared/query/policy.ts"
import { aggregateSql } from "../../shared/query/sql/aggregate.ts"
import { literal } from "../../shared/query/sql/quote.ts"
import type { TableSource } from "../../shared/query/sql/source.ts"
import { testContract } from "../support/contract.ts"
import { integerColumn, testDataset, textColumn } from "../support/datasets.ts"
import { plainDuckDb } from "../support/join-counts.ts"

const REGIONS = Array.from({ length: 20 }, (_, index) => `r${String(index).padStart(2, "0")}`)
const SQL = `SELECT persons.region, count(DISTINCT accounts.id) AS people, sum(accounts.balance) AS total
FROM accounts JOIN persons ON accounts.id = persons.id GROUP BY persons.region`
const AGES = [integerColumn("age", "attribute", 18, 99)]

/** Rows per identity of the accounts. */
type Shape = 1 | 3

const { values } = parseArgs({
  options: { repeats: { default: "5", type: "string" }, rows: { default: "10000000", type: "string" } },
})
const folder = await mkdtemp(join(tmpdir(), "parley-cost-"))
try {
  for (const shape of [1, 3] as const) await compare(Number(values.rows), shape, Number(values.repeats))
} finally {
  await rm(folder, { recursive: true })
}

/**
 * Policy, generated SQL and gate against the same query with the same distinct counts written by hand, in one process,
 * taking turns: only the ratio means something on a shared machine.
 */
async function compare(rows: number, shape: Shape, repeats: number): Promise<void> {
  await makeData(rows, shape)
  const contract = await costContract(rows, shape)
  const plan = (await judgeContract(contract)).get("cost")
  if (plan === undefined) throw new Error("no plan")
  const [locked, plain] = [await lockedEngine(), await plainEngine()]
  const [parley, byHand]: [number[], number[]] = [[], []]
  for (let i = 0; i < repeats; i++) {
    byHand.push(await seconds(() => plain.runAndReadAll(handSql())))
    parley.push(await seconds(() => run(locked, contract, plan, shape)))
  }
  const [ours, hand] = [median(parley), median(byHand)]
  say(
    `${rows.toLocaleString("en")} x ${rows.toLocaleString("en")}, ${shape} row(s) per identity, medians of ${repeats}`,
  )
  say(`  by hand, with the distinct counts  ${hand.toFixed(2)} s`)
  say(`  policy, generated SQL and gate     ${ours.toFixed(2)} s`)
  say(`  ratio ${(ours / hand).toFixed(3)}`)
}

async function run(engine: DuckDBConnection, contract: Contract, plan: Plan, shape: Shape): Promise<void> {
  const policy = effectivePolicy(contract, plan)
  const tables = contract.datasets.map(
    ({ name, owner }): TableSource => ({
      dataset: name,
      from: `read_parquet([${literal(file(name))}])`,
      identityColumn: "id",
      newOptOuts: [],
      optOuts: [],
      owner,
      uniqueIdentities: shape === 1 || name === "persons",
    }),
  )
  const output = (await engine.runAndReadAll(aggregateSql(plan, tables, policy).text)).getRows() as EngineOutput
  const { rows } = gate({ contract, output, plan, policy, touched: false })
  if (rows.length !== REGIONS.length) throw new Error(`${rows.length} groups`)
}

/** People of each group, and those whose total is not zero. */
function handSql(): string {
  const joined = `${literal(file("accounts"))} a JOIN ${literal(file("persons"))} p ON a.id = p.id`
  const counts = "count(DISTINCT a.id), sum(a.balance), count(DISTINCT a.id) FILTER (WHERE a.balance <> 0)"
  return `SELECT p.region, ${counts} FROM ${joined} GROUP BY p.region`
}

async function costContract(rows: number, shape: Shape): Promise<Contract> {
  const contract = await testContract()
  const owned = { allowedRecipients: ["agency"], purposes: ["overlap-analysis"] }
  const datasets = [
    testDataset("accounts", "bank", [integerColumn("balance", "measure", 0, 1000)], { maxRowsPerIdentity: shape }),
    testDataset("persons", "bureau", [textColumn("region", REGIONS), ...AGES]),
  ].map((dataset) => ({ ...dataset, maxRows: rows, rule: { ...dataset.rule, ...owned } }))
  const queries = contract.queries.map((query) => ({ ...query, name: "cost", parameters: [], sql: SQL }))
  return { ...contract, datasets, queries }
}

/** Half of the identities are in both. Sorted by identity, as sealing writes them. */
async function makeData(rows: number, shape: Shape): Promise<void> {
  const write = (name: string, first: number, last: number, columns: string, times: number) =>
    plainDuckDb(
      `COPY (SELECT md5(i::VARCHAR)::UUID AS id, ${columns} FROM range(${first}, ${last}) r(i), range(${times}) t(j) ORDER BY id) TO ${literal(file(name))} (FORMAT parquet)`,
    )
  const people = Math.floor(rows / shape)
  await write("accounts", 0, people, "(1 + hash(i * 31 + j) % 1000)::BIGINT AS balance", shape)
  const region = "'r' || lpad(((i * 7919 // 13) % 20)::VARCHAR, 2, '0') AS region, (18 + hash(i) % 80)::BIGINT AS age"
  await write("persons", Math.floor(people / 2), Math.floor(people / 2) + rows, region, 1)
}

function file(name: string): string {
  return join(folder, `${name}.parquet`)
}

function lockedEngine(): Promise<DuckDBConnection> {
  const memoryBytes = Math.floor(totalmem() * 0.6)
  return openLocked({
    folders: [folder],
    inOrder: false,
    memoryBytes,
    spillFolder: folder,
    threads: availableParallelism(),
  })
}

async function plainEngine(): Promise<DuckDBConnection> {
  const threads = String(availableParallelism())
  return (await DuckDBInstance.create(":memory:", { preserve_insertion_order: "false", threads })).connect()
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
