import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api"
import { literal } from "../../shared/query/sql/quote.ts"

/** What a locked engine may use. */
export interface LockedOptions {
  /** The only folders that it may read or write; inputs in them are read-only by their mode. */
  readonly folders: readonly string[]
  readonly spillFolder: string
  readonly memoryBytes: number
  readonly threads: number
  /** Whether rows are read in the order of the files. */
  readonly inOrder: boolean
}

/**
 * What DuckDB may not do with the statistics in a Parquet footer. They are the owner's word: by them the optimizer
 * would fold a range check to "never broken", drop IS NULL, or pack values into fewer bits than they have.
 */
const DISABLED_OPTIMIZERS = ["statistics_propagation", "compressed_materialization"]

/**
 * DuckDB with no files but its own, no network, no extensions, and a configuration that nothing can change back. An
 * instance of its own: the package's default one is shared by the process.
 */
export async function openLocked(options: LockedOptions): Promise<DuckDBConnection> {
  const { folders, memoryBytes, spillFolder, threads } = options
  const instance = await DuckDBInstance.create(":memory:", {
    allow_community_extensions: "false",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    max_memory: `${Math.floor(memoryBytes / 1024 / 1024)}MiB`,
    preserve_insertion_order: String(options.inOrder),
    temp_directory: spillFolder,
    threads: String(threads),
  })
  const engine = await instance.connect()
  const allowed = [...folders, spillFolder].map(literal).join(", ")
  await engine.run(`SET disabled_optimizers = '${DISABLED_OPTIMIZERS.join(",")}'`)
  await engine.run(`SET allowed_directories = [${allowed}]`)
  await engine.run("SET enable_external_access = false")
  await engine.run("SET lock_configuration = true")
  return engine
}

/** A DuckDB that only parses: no folder at all. */
export async function openParser(): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(":memory:", { temp_directory: "", threads: "1" })
  const engine = await instance.connect()
  await engine.run("SET enable_external_access = false")
  await engine.run("SET lock_configuration = true")
  return engine
}
