import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api"
import { utf8 } from "../../../shared/bytes.ts"
import type { Contract } from "../../../shared/contract/contract.ts"
import type { Dataset } from "../../../shared/contract/dataset.ts"
import type { OutputColumn, QueryPrivacy } from "../../../shared/contract/query.ts"
import type { EngineRows } from "../../../shared/privacy/gate.ts"
import type { Mechanism } from "../../../shared/privacy/mechanism.ts"
import { boundedSql } from "../../../shared/privacy/sql.ts"
import { judgeQuery } from "../../../shared/query/judge/judge.ts"
import type { Plan } from "../../../shared/query/plan.ts"
import type { TableSource } from "../../../shared/query/sql/source.ts"
import { parseStatement } from "../../../shared/query/tree.ts"
import { taggedHash } from "../../../shared/signed/kinds.ts"
import { testContract } from "../../support/contract.ts"
import { integerColumn, testDataset, textColumn } from "../../support/datasets.ts"

export const REGIONS = ["east", "west", "north"] as const
export const BUDGET = { delta: "0.00001", epsilon: "3" } as const

/** One person's payment, as both datasets of these tests hold it. */
export interface Payment {
  readonly person: number
  readonly amount: number
  readonly branch: number
}

const COUNT_SQL = `SELECT persons.region, count(DISTINCT payments.id) AS people
FROM payments JOIN persons ON payments.id = persons.id GROUP BY persons.region`

export const PEOPLE: OutputColumn = { kind: "count", name: "people" }
export const REGION: OutputColumn = { column: "region", dataset: "persons", kind: "dimension", name: "region" }
export const AMOUNTS = [{ column: "amount", dataset: "payments" }]

/** Two protected owners, a bank with several payments per person and a bureau with the persons' region. */
export async function privateContract(over: {
  readonly sql?: string
  readonly output?: readonly OutputColumn[]
  readonly privacy?: Partial<QueryPrivacy>
  readonly maxGroups?: number
  readonly lastBranch?: number
}): Promise<Contract> {
  const base = await testContract()
  const owned = (dataset: Dataset): Dataset => ({
    ...dataset,
    rule: {
      ...dataset.rule,
      allowedRecipients: ["agency"],
      dominance: [],
      privacyBudget: BUDGET,
      purposes: ["overlap-analysis"],
      rowCounts: ["aggregate", "filter"],
    },
  })
  const payments = testDataset(
    "payments",
    "bank",
    [integerColumn("amount", "measure", -1000, 1000), integerColumn("branch", "dimension", 0, over.lastBranch ?? 9)],
    { maxRowsPerIdentity: 8 },
  )
  const persons = testDataset("persons", "bureau", [
    textColumn("region", REGIONS),
    integerColumn("age", "attribute", 0, 120),
  ])
  const [query] = base.queries
  if (query === undefined) throw new Error("no query")
  return {
    ...base,
    datasets: [owned(payments), owned(persons)],
    queries: [
      {
        ...query,
        maxGroups: over.maxGroups ?? 100,
        output: [...(over.output ?? [REGION, PEOPLE])],
        parameters: [],
        privacy: { clamps: [], groupsPerIdentity: 1, rho: "0.1", ...over.privacy },
        sql: over.sql ?? COUNT_SQL,
      },
    ],
    release: { delaySeconds: 60, mode: "differential-privacy" },
  }
}

/** The plan of a contract's only query, judged as everywhere. */
export async function planned(contract: Contract): Promise<Plan> {
  const [query] = contract.queries
  if (query === undefined) throw new Error("no query")
  const engine = await (await DuckDBInstance.create(":memory:")).connect()
  const scalar = async (sql: string, text: string) => {
    const result = await engine.runAndReadAll(`SELECT CAST(${sql} AS VARCHAR)`, [text])
    return String(result.getRows()[0]?.[0])
  }
  const { tree } = await parseStatement(scalar, query.sql)
  return judgeQuery(contract, query, tree)
}

export function token(person: number): string {
  return `00000000-0000-4000-8000-${String(person).padStart(12, "0")}`
}

/** A database with the payments, and every payer's region by its number. */
export async function database(payments: readonly Payment[]): Promise<DuckDBConnection> {
  const engine = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect()
  await engine.run("CREATE TABLE payments (id UUID, amount BIGINT, branch BIGINT)")
  await engine.run("CREATE TABLE persons (id UUID, region VARCHAR, age BIGINT)")
  const people = [...new Set(payments.map(({ person }) => person))]
  const rows = payments.map(({ amount, branch, person }) => `('${token(person)}', ${amount}, ${branch})`)
  if (rows.length > 0) await engine.run(`INSERT INTO payments VALUES ${rows.join(", ")}`)
  const persons = people.map((person) => `('${token(person)}', '${REGIONS[person % 3]}', ${person % 100})`)
  if (persons.length > 0) await engine.run(`INSERT INTO persons VALUES ${persons.join(", ")}`)
  return engine
}

export function sources(optOuts: readonly string[] = []): readonly TableSource[] {
  const source = (dataset: string, owner: string, uniqueIdentities: boolean): TableSource => ({
    dataset,
    from: `"${dataset}"`,
    identityColumn: "id",
    newOptOuts: [],
    optOuts,
    owner,
    uniqueIdentities,
  })
  return [source("payments", "bank", false), source("persons", "bureau", true)]
}

/** What the engine answers, through the very SQL that a run sends it. */
export async function exactRows(
  engine: DuckDBConnection,
  plan: Plan,
  mechanism: Mechanism,
  selection: Uint8Array = seedOf("selection"),
): Promise<EngineRows> {
  const { text } = boundedSql(plan, mechanism, sources(), selection)
  const rows = (await engine.runAndReadAll(text)).getRows()
  return rows.map((row) => row.map((cell) => (cell === null ? null : String(cell))))
}

export function seedOf(name: string): Uint8Array {
  return taggedHash("test", utf8(name))
}
