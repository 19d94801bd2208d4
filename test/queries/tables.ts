import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api"
import type { Column } from "../../shared/contract/columns.ts"
import type { Dataset } from "../../shared/contract/dataset.ts"
import type { TableSource } from "../../shared/query/sql/source.ts"
import type { Row, Rows } from "./worlds/chance.ts"

/** A database of its own with one table for each dataset, named as the dataset. */
export async function database(datasets: readonly Dataset[], rows: Rows): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" })
  const engine = await instance.connect()
  for (const dataset of datasets) {
    const types = Object.fromEntries(dataset.columns.map((column) => [column.name, physicalType(column)]))
    await fill(engine, dataset.name, types, rows[dataset.name] ?? [])
  }
  return engine
}

/** One table from rows of text; the cells are cast as the types say. */
export async function fill(
  engine: DuckDBConnection,
  table: string,
  types: Readonly<Record<string, string>>,
  rows: readonly Row[],
): Promise<void> {
  const columns = Object.entries(types).map(([name, type]) => `"${name}" ${type}`)
  await engine.run(`CREATE TABLE "${table}" (${columns.join(", ")})`)
  for (let start = 0; start < rows.length; start += 500) {
    const values = rows.slice(start, start + 500).map((row) => `(${row.map(cell).join(", ")})`)
    await engine.run(`INSERT INTO "${table}" VALUES ${values.join(", ")}`)
  }
}

function cell(value: string | null): string {
  return value === null ? "NULL" : `'${value.replaceAll("'", "''")}'`
}

export function physicalType(column: Column): string {
  switch (column.type) {
    case "identity":
      return "UUID"
    case "text":
      return "VARCHAR"
    case "integer":
      return "BIGINT"
    case "decimal":
      return `DECIMAL(18,${column.scale})`
    case "boolean":
      return "BOOLEAN"
    case "date":
      return "DATE"
    case "timestamp":
      return "TIMESTAMP"
  }
}

/** The datasets of `database` as generated SQL reads them. */
export function sources(datasets: readonly Dataset[], rows: Rows): readonly TableSource[] {
  return datasets.map(({ name, owner }) => {
    const identities = (rows[name] ?? []).map(([identity]) => identity)
    return {
      dataset: name,
      from: `"${name}"`,
      identityColumn: "id",
      newOptOuts: [],
      optOuts: [],
      owner,
      uniqueIdentities: new Set(identities).size === identities.length,
    }
  })
}
