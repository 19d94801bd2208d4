import { join } from "node:path"
import type { DuckDBConnection } from "@duckdb/node-api"
import type { Dataset } from "../../../shared/contract/dataset.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { identifier, literal } from "../engine/duckdb.ts"
import { inFileOrder, inputFaults, NAMED, requireClean } from "./faults.ts"
import { readable } from "./input.ts"
import type { Prepared } from "./prepare.ts"

/** What has been written: Parquet parts in order, and what is known of their rows. */
export interface Written {
  readonly parts: readonly string[]
  readonly rows: number
  /** By contract column: how many cells are null. */
  readonly nulls: ReadonlyMap<string, number>
}

/**
 * Checks and converts every row and writes it as Parquet into the private folder, in the contract's column order and
 * types, sorted by identity: then rows per identity can be checked in one pass, here and in the enclave.
 */
export async function writeParts(prepared: Prepared, privateFolder: string): Promise<Written> {
  const { dataset, engine } = prepared
  const file = join(privateFolder, "part-0.parquet")
  // DuckDB keeps the order only within one file; the sealed format is cut into segments anyway.
  const sql = `COPY (${sortedRows(prepared)}) TO ${literal(file)} (FORMAT parquet, COMPRESSION snappy)`
  try {
    await readable(() => engine.run(sql))
  } catch (cause) {
    if (cause instanceof ParleyError && cause.code === "input-unreadable") await requireClean(prepared)
    throw cause
  }
  const written = await countWritten(dataset, engine, file)
  if (written.rows > dataset.maxRows) {
    throw new ParleyError("input-faults", `${written.rows} rows, the contract allows ${dataset.maxRows}`)
  }
  await requireRowsPerIdentity(prepared, identifier(identityOf(dataset)), written.parts)
  return written
}

/** The first row with a fault stops the query. Each value is computed once, below the conditions over it. */
function sortedRows({ conversions, dataset, input }: Prepared): string {
  const place = (index: number) => identifier(`parley value ${index}`)
  const values = conversions.map(({ value }, index) => `${value} AS ${place(index)}`)
  const faults = conversions.flatMap((conversion, index) => conversion.faults.map(({ when }) => when(place(index))))
  const identity = identityOf(dataset)
  const columns = conversions.map(({ column }, index) => {
    const sound = `CASE WHEN (${faults.join(")\n OR (")}) THEN error('fault') ELSE ${place(index)} END`
    return `${column === identity ? sound : place(index)} AS ${identifier(column)}`
  })
  const valued = `SELECT *, ${values.join(",\n")} FROM ${input.plain}`
  return `SELECT ${columns.join(",\n")} FROM (${valued}) ORDER BY ${identifier(identity)}`
}

async function countWritten({ columns }: Dataset, engine: DuckDBConnection, file: string): Promise<Written> {
  const nullable = columns.filter((column) => column.type !== "identity" && column.nullable).map(({ name }) => name)
  const counts = nullable.map((name) => `count(*) - count(${identifier(name)})`)
  const sql = `SELECT ${["count(*)", ...counts].join(", ")} FROM read_parquet(${literal(file)})`
  const [[rows, ...empty] = []] = (await readable(() => engine.runAndReadAll(sql))).getRows()
  const nulls = new Map(nullable.map((name, index) => [name, Number(empty[index])]))
  return { nulls: new Map(columns.map(({ name }) => [name, nulls.get(name) ?? 0])), parts: [file], rows: Number(rows) }
}

function identityOf({ columns }: Dataset): string {
  return columns.find(({ type }) => type === "identity")?.name ?? ""
}

/** More rows than declared would let one person's weight decode a sum (THREATS, "own measure 2^100 + 2^i"). */
async function requireRowsPerIdentity(prepared: Prepared, identity: string, parts: readonly string[]): Promise<void> {
  const { dataset, engine } = prepared
  const files = `read_parquet([${parts.map(literal).join(", ")}])`
  const most = dataset.maxRowsPerIdentity
  const lagged = `SELECT ${identity} AS id, lag(${identity}) OVER () AS before, lag(${identity}, ${most}) OVER () AS far FROM ${files}`
  const result = await readable(() =>
    engine.runAndReadAll(`SELECT count_if(id < before), count_if(id = far) FROM (${lagged})`),
  )
  const [[unsorted, over] = []] = result.getRows()
  if (Number(unsorted) > 0) throw new ParleyError("internal", "the parts did not come out sorted by identity")
  if (Number(over) === 0) return
  const column = identityOf(dataset)
  const rows = await rowsBeyond(prepared, `SELECT DISTINCT id FROM (${lagged}) WHERE id = far`)
  const words = `beyond the ${most} that an identity may have`
  throw inputFaults(
    [`column ${column}: ${over} rows ${words}`],
    rows.map((row) => ({ column, row, words })),
  )
}

/** The first rows of the input that come after the most that their identity may have. `over` gives the identities. */
async function rowsBeyond({ conversions, dataset, engine, input }: Prepared, over: string): Promise<readonly number[]> {
  const token = conversions.find(({ column }) => column === identityOf(dataset))?.value ?? "NULL"
  const nth = "row_number() OVER (PARTITION BY id ORDER BY parley_row)"
  const counted = `SELECT parley_row, ${nth} AS nth FROM (SELECT parley_row, ${token} AS id FROM ${input.numbered}) SEMI JOIN (${over}) USING (id)`
  const sql = `SELECT parley_row FROM (${counted}) WHERE nth > ${dataset.maxRowsPerIdentity} ORDER BY 1 LIMIT ${NAMED}`
  const result = await inFileOrder(engine, () => engine.runAndReadAll(sql))
  return result.getRows().map(([row]) => Number(row))
}
