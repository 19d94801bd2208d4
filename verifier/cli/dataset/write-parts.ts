import { join } from "node:path"
import { ParleyError } from "../../../shared/errors/index.ts"
import { identifier, literal } from "../engine/duckdb.ts"
import { readable } from "./input.ts"
import type { Prepared } from "./prepare.ts"

/**
 * Writes the converted rows as Parquet into the private folder, in the contract's column order and types, sorted
 * by identity: then rows per identity can be checked in one pass, here and in the enclave. Returns the parts in order.
 */
export async function writeParts(prepared: Prepared, privateFolder: string): Promise<readonly string[]> {
  const file = join(privateFolder, "part-0.parquet")
  const { conversions, dataset, engine, relation } = prepared
  const identity = identifier(dataset.columns.find(({ type }) => type === "identity")?.name ?? "")
  const columns = conversions.map(({ column, value }) => `${value} AS ${identifier(column)}`)
  const sorted = `SELECT ${columns.join(",\n")} FROM ${relation} ORDER BY ${identity}`
  // DuckDB keeps the order only within one file; the sealed format is cut into segments anyway.
  await readable(() => engine.run(`COPY (${sorted}) TO ${literal(file)} (FORMAT parquet, COMPRESSION snappy)`))
  const parts = [file]
  await requireRowsPerIdentity(prepared, identity, parts)
  return parts
}

/** More rows than declared would let one person's weight decode a sum (THREATS, "own measure 2^100 + 2^i"). */
async function requireRowsPerIdentity({ dataset, engine }: Prepared, identity: string, parts: readonly string[]) {
  const files = `read_parquet([${parts.map(literal).join(", ")}])`
  const most = dataset.maxRowsPerIdentity
  const lagged = `SELECT ${identity} AS id, lag(${identity}) OVER () AS before, lag(${identity}, ${most}) OVER () AS far FROM ${files}`
  const result = await readable(() =>
    engine.runAndReadAll(`SELECT count_if(id < before), count_if(id = far) FROM (${lagged})`),
  )
  const [[unsorted, over] = []] = result.getRows()
  if (Number(unsorted) > 0) throw new ParleyError("internal", "the parts did not come out sorted by identity")
  if (Number(over) === 0) return
  throw new ParleyError("input-faults", `column ${identity}: ${over} rows beyond the ${most} that an identity may have`)
}
