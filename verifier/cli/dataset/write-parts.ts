import { readdir } from "node:fs/promises"
import { join } from "node:path"
import { ParleyError } from "../../../shared/errors/index.ts"
import { identifier, literal } from "../engine/duckdb.ts"
import { io } from "../files.ts"
import { readable } from "./input.ts"
import type { Prepared } from "./prepare.ts"

/** Aimed-at size of a Parquet part, in bytes. */
const PART_BYTES = 64 * 1024 * 1024

/**
 * Writes the converted rows as Parquet parts into the private folder, in the contract's column order and types, and
 * then counts rows per identity over them. Returns the parts' paths in order.
 */
export async function writeParts(prepared: Prepared, privateFolder: string): Promise<readonly string[]> {
  const folder = join(privateFolder, "parts")
  const { conversions, engine, relation } = prepared
  const columns = conversions.map(({ column, value }) => `${value} AS ${identifier(column)}`)
  const settings = `FORMAT parquet, COMPRESSION snappy, FILE_SIZE_BYTES ${PART_BYTES}, FILENAME_PATTERN 'part-{i}'`
  await readable(() =>
    engine.run(`COPY (SELECT ${columns.join(",\n")} FROM ${relation}) TO ${literal(folder)} (${settings})`),
  )
  const names = await io(folder, () => readdir(folder))
  const parts = names.sort((a, b) => partNumber(a) - partNumber(b)).map((name) => join(folder, name))
  await requireRowsPerIdentity(prepared, parts)
  return parts
}

/** More rows than declared would let one person's weight decode a sum (THREATS, "own measure 2^100 + 2^i"). */
async function requireRowsPerIdentity({ conversions, dataset, engine }: Prepared, parts: readonly string[]) {
  const identity = dataset.columns.find(({ type }) => type === "identity")
  if (identity === undefined || conversions.length === 0) return
  const name = identifier(identity.name)
  const files = `read_parquet([${parts.map(literal).join(", ")}])`
  const counted = `SELECT count(*) AS n FROM ${files} GROUP BY ${name} HAVING n > ${dataset.maxRowsPerIdentity}`
  const result = await readable(() => engine.runAndReadAll(`SELECT count(*), max(n) FROM (${counted})`))
  const [[count, most] = []] = result.getRows()
  if (Number(count) === 0) return
  throw new ParleyError(
    "input-faults",
    `column ${identity.name}: ${count} identities have more than ${dataset.maxRowsPerIdentity} rows, the most has ${most}`,
  )
}

function partNumber(name: string): number {
  return Number(/\d+/.exec(name)?.[0] ?? 0)
}
