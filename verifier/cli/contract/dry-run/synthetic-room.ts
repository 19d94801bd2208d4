import { randomBytes } from "node:crypto"
import type { DuckDBConnection } from "@duckdb/node-api"
import type { Contract } from "../../../../shared/contract/contract.ts"
import type { Dataset } from "../../../../shared/contract/dataset.ts"
import type { Failing } from "../../../../shared/gate/thresholds.ts"
import { whyWithheld } from "../../../../shared/gate/why-withheld.ts"
import { answerOf } from "../../../../shared/privacy/answer.ts"
import { statedPolicy } from "../../../../shared/privacy/stated-policy.ts"
import type { ParameterValues } from "../../../../shared/protocol/proposal.ts"
import type { Result } from "../../../../shared/protocol/result.ts"
import type { Plan } from "../../../../shared/query/plan.ts"
import type { TableSource } from "../../../../shared/query/sql/source.ts"
import { identifier, openLocalEngine } from "../../engine/duckdb.ts"
import { syntheticRows } from "./synthetic-table.ts"

const MEMORY_BYTES = 2 * 1024 * 1024 * 1024

/** What one query released of SYNTHETIC rows. */
export interface DryResult extends Pick<Result, "columns" | "query" | "rows"> {
  readonly parameters: ParameterValues
  /** Groups that were withheld, exactly: nobody stands behind the rows. */
  readonly withheld: number
  /** How many of them each rule keeps back; none under differential privacy, where nothing is withheld. */
  readonly because: Readonly<Partial<Record<Failing, number>>>
  /** Query and gate, in seconds. */
  readonly seconds: number
}

/** A local engine with SYNTHETIC tables for every dataset of a contract. */
export class SyntheticRoom {
  readonly #contract: Contract
  readonly #engine: DuckDBConnection
  readonly tables: readonly { readonly dataset: string; readonly rows: number }[]

  private constructor(contract: Contract, engine: DuckDBConnection, tables: SyntheticRoom["tables"]) {
    this.#contract = contract
    this.#engine = engine
    this.tables = tables
  }

  static async open(contract: Contract, people: number): Promise<SyntheticRoom> {
    const engine = await openLocalEngine({ memoryBytes: MEMORY_BYTES, spillFolder: null })
    const tables: { dataset: string; rows: number }[] = []
    for (const dataset of contract.datasets) {
      const table = identifier(dataset.name)
      await engine.run(`CREATE TABLE ${table} AS ${syntheticRows(dataset, people)}`)
      const counted = await engine.runAndReadAll(`SELECT count(*) FROM ${table}`)
      tables.push({ dataset: dataset.name, rows: Number(counted.getRows()[0]?.[0]) })
    }
    return new SyntheticRoom(contract, engine, tables)
  }

  /** The enclave's own rewriting and gate. */
  async run(plan: Plan, parameters: ParameterValues): Promise<DryResult> {
    const contract = this.#contract
    const policy = statedPolicy(contract, plan)
    const sources = plan.datasets.map((name) => this.#source(name))
    const seed = policy.mode === "threshold" ? null : new Uint8Array(randomBytes(32))
    const began = performance.now()
    const { release, sql } = answerOf({ contract, plan, policy, seed, sources })
    const answer = await this.#engine.runAndReadAll(
      sql.text,
      sql.parameters.map((name) => String(parameters[name])),
    )
    const output = answer.getRows() as (string | null)[][]
    const { columns, rows, withheld } = release(output)
    const seconds = (performance.now() - began) / 1000
    const failings =
      policy.mode === "threshold" ? whyWithheld({ contract, output, plan, policy, touched: false }) : new Map()
    return { because: Object.fromEntries(failings), columns, parameters, query: plan.query, rows, seconds, withheld }
  }

  close(): void {
    this.#engine.closeSync()
  }

  #source(name: string): TableSource {
    const dataset = this.#contract.datasets.find((candidate) => candidate.name === name) as Dataset
    const identity = dataset.columns.find(({ type }) => type === "identity")
    return {
      dataset: name,
      from: identifier(name),
      identityColumn: identity?.name ?? "",
      newOptOuts: [],
      optOuts: [],
      owner: dataset.owner,
      uniqueIdentities: dataset.maxRowsPerIdentity === 1,
    }
  }
}
