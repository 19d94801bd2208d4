import { DuckDBInstance } from "@duckdb/node-api"

/** Runs SQL in plain DuckDB, the way anybody would without a clean room; cells as text. */
export async function plainDuckDb(sql: string): Promise<readonly (readonly (string | null)[])[]> {
  const engine = await (await DuckDBInstance.create(":memory:")).connect()
  try {
    const rows = (await engine.runAndReadAll(sql)).getRows()
    return rows.map((row) => row.map((cell) => (cell === null ? null : String(cell))))
  } finally {
    engine.closeSync()
  }
}
