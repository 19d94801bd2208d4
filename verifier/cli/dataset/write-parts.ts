import { join } from "node:path"
import type { Dataset } from "../../../shared/contract/dataset.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { identifier, literal } from "../engine/duckdb.ts"
import { inFileOrder, inputFaults, NAMED } from "./faults.ts"
import { readable } from "./input.ts"
import type { Prepared } from "./prepare.ts"

/**
 * Writes the converted rows as Parquet into the private folder, in the contract's column order and types, sorted
 * by identity: then rows per identity can be checked in one pass, here and in the enclave. Returns the parts in order.
 */
export async function writeParts(prepared: Prepared, privateFolder: string): Promise<readonly string[]> {
  const file = join(privateFolder, "part-0.parquet")
  const { conversions, dataset, engine, input } = prepared
  const identity = identifier(identityOf(dataset))
  const columns = conversions.map(({ column, value }) => `${value} AS ${identifier(column)}`)
  const sorted = `SELECT ${columns.join(",\n")} FROM ${input.plain} ORDER BY ${identity}`
  // DuckDB keeps the order only within one file; the sealed format is cut into segments anyway.
  await readable(() => engine.run(`COPY (${sorted}) TO ${literal(file)} (FORMAT parquet, COMPRESSION snappy)`))
  const parts = [file]
  await requireRowsPerIdentity(prepared, identity, parts)
  return parts
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
