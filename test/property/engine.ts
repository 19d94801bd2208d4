import type { DuckDBConnection } from "@duckdb/node-api"
import { openLocked } from "../../enclave/engine/locked-duckdb.ts"
import type { Dataset } from "../../shared/contract/dataset.ts"
import type { EngineOutput } from "../../shared/gate/group.ts"
import type { GeneratedSql } from "../../shared/query/sql/aggregate.ts"
import type { TableSource } from "../../shared/query/sql/source.ts"
import type { Given } from "./evaluate.ts"
import { cellSql, type Row } from "./value.ts"
import { valueColumns } from "./world.ts"

const TYPES = { boolean: "BOOLEAN", date: "DATE", integer: "BIGINT", text: "VARCHAR", timestamp: "TIMESTAMP" } as const

/** The enclave's DuckDB with datasets in memory. */
export class Engine {
  readonly #connection: DuckDBConnection

  private constructor(connection: DuckDBConnection) {
    this.#connection = connection
  }

  static async open(): Promise<Engine> {
    const memoryBytes = 512 * 1024 * 1024
    return new Engine(await openLocked({ folders: [], inOrder: false, memoryBytes, spillFolder: "", threads: 1 }))
  }

  async load({ columns, name, ...dataset }: Dataset, rows: readonly Row[], table = name): Promise<void> {
    const values = valueColumns({ ...dataset, columns, name })
    const types = values.map((column) =>
      column.type === "decimal"
        ? `${column.name} DECIMAL(18, ${column.scale})`
        : `${column.name} ${TYPES[column.type]}`,
    )
    await this.#connection.run(`CREATE OR REPLACE TABLE ${table} (${["id UUID", ...types].join(", ")})`)
    const tuples = rows.map(({ cells, person }) => {
      const own = values.map((column) => cellSql(column, cells.get(column.name) ?? null))
      return `('${token(person)}', ${own.join(", ")})`
    })
    if (tuples.length > 0) await this.#connection.run(`INSERT INTO ${table} VALUES ${tuples.join(", ")}`)
  }

  async run({ parameters, text }: GeneratedSql, given: Given): Promise<EngineOutput> {
    const values = parameters.map((name) => String(given[name]))
    return (await this.#connection.runAndReadAll(text, values)).getRows() as EngineOutput
  }

  /** A query as it stands in the contract; cells as text. */
  async plain(sql: string, given: Given): Promise<EngineOutput> {
    const values = Object.fromEntries(Object.entries(given).filter(([name]) => sql.includes(`$${name}`)))
    const result = await this.#connection.runAndReadAll(sql, values)
    return result.getRows().map((row) => row.map((cell) => (cell === null ? null : String(cell))))
  }

  async scalar(sql: string, text: string): Promise<string> {
    return String((await this.#connection.runAndReadAll(`SELECT CAST(${sql} AS VARCHAR)`, [text])).getRows()[0]?.[0])
  }
}

export function token(person: number): string {
  return `00000000-0000-4000-8000-${String(person).padStart(12, "0")}`
}

/** One dataset as generated SQL reads it, nobody taken out. */
export function sourceOf({ name, owner }: Dataset, rows: readonly Row[], over: Partial<TableSource> = {}): TableSource {
  return {
    dataset: name,
    from: name,
    identityColumn: "id",
    newOptOuts: [],
    optOuts: [],
    owner,
    uniqueIdentities: new Set(rows.map(({ person }) => person)).size === rows.length,
    ...over,
  }
}
