import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api"

/** Limits of a DuckDB that works on the party's own machine. */
export interface LocalEngineOptions {
  /** Bytes of memory before it spills. */
  readonly memoryBytes: number
  /** Private folder for spilling, or null to forbid it. */
  readonly spillFolder: string | null
}

/** An instance of its own: the package's default one is shared by the whole process. */
export async function openLocalEngine({ memoryBytes, spillFolder }: LocalEngineOptions): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    max_memory: `${Math.floor(memoryBytes / 1024 / 1024)}MiB`,
    temp_directory: spillFolder ?? "",
  })
  return instance.connect()
}

/** A text literal for SQL. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A quoted identifier for SQL. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
