import type { DuckDBConnection } from "@duckdb/node-api"
import type { Contract } from "../../shared/contract/contract.ts"
import type { OutputColumn, Parameter, Query } from "../../shared/contract/query.ts"
import { ScalarFunction } from "../../shared/contract/rule.ts"
import { judgeQuery } from "../../shared/query/judge/judge.ts"
import type { Plan } from "../../shared/query/plan.ts"
import { parseStatement } from "../../shared/query/tree.ts"
import { openLocalEngine } from "../../verifier/cli/engine/duckdb.ts"
import { testContract } from "./contract.ts"
import { integerColumn, testDataset, textColumn } from "./datasets.ts"

type Column = Parameters<typeof testDataset>[2][number]

const common = (name: string, nullable = false) => ({ meaning: name, name, nullable })
const stampColumn = (name: string): Column => ({
  ...common(name),
  range: { max: "2026-12-31T23:59:59Z", min: "2026-01-01T00:00:00Z" },
  role: "attribute",
  type: "timestamp",
})
const flagColumn = (name: string, nullable: boolean): Column => ({
  ...common(name, nullable),
  role: "attribute",
  type: "boolean",
})

/** Ads of a publisher, sales of a shop: columns of every type. */
const ADS: readonly Column[] = [
  textColumn("channel", ["search", "social", "video"]),
  integerColumn("placement", "dimension", 0, 9),
  stampColumn("seen_at"),
  { ...common("day"), range: { max: "2026-12-31", min: "2026-01-01" }, role: "dimension", type: "date" },
  { ...common("cost"), range: { max: "2.5", min: "0", step: "0.05" }, role: "measure", scale: 2, type: "decimal" },
  { ...integerColumn("seconds", "measure", -5, 600), nullable: true } as Column,
  flagColumn("clicked", true),
]
const SALES: readonly Column[] = [
  textColumn("region", ["east", "west"]),
  integerColumn("age", "attribute", 0, 120),
  stampColumn("sold_at"),
  {
    ...common("amount"),
    range: { max: "999.9", min: "-100", step: "0.1" },
    role: "measure",
    scale: 1,
    type: "decimal",
  },
  integerColumn("quantity", "measure", 0, 100),
  flagColumn("returned", false),
]

/** What a case changes about a query that is judged. */
export interface QueryCase {
  readonly sql: string
  readonly output?: readonly OutputColumn[]
  readonly parameters?: readonly Parameter[]
  readonly edit?: (draft: Contract) => void
}

/** Judges SQL over `ads` (owner bank, 20 rows per person) and `sales` (owner bureau, 5), under rules that allow everything. */
export class QueryBench {
  readonly #contract: Contract
  readonly #engine: DuckDBConnection

  private constructor(contract: Contract, engine: DuckDBConnection) {
    this.#contract = contract
    this.#engine = engine
  }

  static async open(): Promise<QueryBench> {
    const base = await testContract()
    const ads = permissive(testDataset("ads", "bank", ADS, { maxRowsPerIdentity: 20 }))
    const sales = permissive(testDataset("sales", "bureau", SALES, { maxRowsPerIdentity: 5 }))
    const engine = await openLocalEngine({ memoryBytes: 256 * 1024 * 1024, spillFolder: null })
    return new QueryBench({ ...base, datasets: [ads, sales] }, engine)
  }

  async judge(wanted: QueryCase): Promise<Plan> {
    const draft = structuredClone(this.#contract)
    const [first] = draft.queries
    if (first === undefined) throw new Error("no query")
    const { output = [count("n")], parameters = [], sql } = wanted
    const query: Query = { ...first, output: [...output], parameters: [...parameters], sql }
    draft.queries = [query]
    wanted.edit?.(draft)
    const { tree } = await parseStatement((text, bound) => this.#scalar(text, bound), sql)
    return judgeQuery(draft, draft.queries[0] ?? query, tree)
  }

  async #scalar(sql: string, text: string): Promise<string> {
    const result = await this.#engine.runAndReadAll(`SELECT CAST(${sql} AS VARCHAR)`, [text])
    return String(result.getRows()[0]?.[0])
  }
}

function permissive(dataset: ReturnType<typeof testDataset>) {
  const names = dataset.columns.filter(({ type }) => type !== "identity").map(({ name }) => name)
  const rule = {
    ...dataset.rule,
    aggregateColumns: names.map((column) => ({ column, functions: ["sum" as const, "avg" as const] })),
    allowedRecipients: ["agency"],
    dimensionColumns: names,
    purposes: ["overlap-analysis"],
    rowCounts: ["aggregate" as const, "dimension" as const, "filter" as const],
    scalarFunctions: [...ScalarFunction.options],
  }
  return { ...dataset, rule }
}

/** The rule of a dataset of the contract, to be changed. */
export function ruleOf(draft: Contract, name: string) {
  const dataset = draft.datasets.find((candidate) => candidate.name === name)
  if (dataset === undefined) throw new Error(`no dataset ${name}`)
  return dataset.rule
}

export function count(name: string): OutputColumn {
  return { kind: "count", name }
}

export function dimension(name: string, source: string): OutputColumn {
  return { ...readOf(source), kind: "dimension", name }
}

export function bucket(name: string, values: Extract<OutputColumn, { kind: "bucket" }>["values"]): OutputColumn {
  return { kind: "bucket", name, values }
}

export function adding(kind: "avg" | "ratio" | "sum", name: string, ...sources: readonly string[]): OutputColumn {
  return { kind, name, reads: sources.map(readOf) }
}

function readOf(source: string) {
  const [dataset = "", column = ""] = source.split(".")
  return { column, dataset }
}
