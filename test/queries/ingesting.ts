import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openLocked } from "../../enclave/engine/locked-duckdb.ts"
import { validate } from "../../enclave/ingest/validate.ts"
import type { Dataset } from "../../shared/contract/dataset.ts"
import type { HostileDataset } from "./hostile/datasets.ts"
import { database, fill, physicalType } from "./tables.ts"
import type { Row } from "./worlds/chance.ts"

/** Writes a case's rows as the Parquet file that its owner would seal, and validates it as the enclave does. */
export async function ingest(dataset: Dataset, rows: readonly Row[], entry: Partial<HostileDataset>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "parley-queries-"))
  try {
    const file = join(folder, "part.parquet")
    const written = await write(file, dataset, rows, entry)
    const limits = { memoryBytes: 256 * 1024 * 1024, spillFolder: folder, threads: 1 }
    const engine = await openLocked({ ...limits, folders: [folder], inOrder: true })
    await validate(engine, { ...limits, dataset, expectedRows: written + (entry.beyond ?? 0), files: [file] })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Returns how many rows were written. */
async function write(
  file: string,
  dataset: Dataset,
  rows: readonly Row[],
  entry: Partial<HostileDataset>,
): Promise<number> {
  const changed = entry.change === undefined ? rows : entry.change(rows)
  const types = Object.fromEntries(
    dataset.columns.map((column) => [column.name, entry.types?.[column.name] ?? physicalType(column)]),
  )
  const writer = await database([], {})
  await fill(writer, "part", types, changed)
  const columns = Object.keys(types).map((name) => `"${name}" AS "${entry.rename?.[name] ?? name}"`)
  const more = Object.entries(entry.more ?? {}).map(([name, sql]) => `${sql} AS "${name}"`)
  const selected = [...columns, ...more].join(", ")
  await writer.run(`COPY (SELECT ${selected} FROM part ORDER BY ${entry.order ?? "id"}) TO '${file}' (FORMAT parquet)`)
  return changed.length
}
