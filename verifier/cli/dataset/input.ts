import { stat } from "node:fs/promises"
import { join } from "node:path"
import type { DuckDBConnection } from "@duckdb/node-api"
import { ParleyError } from "../../../shared/errors/index.ts"
import { literal } from "../engine/duckdb.ts"
import { io } from "../files.ts"
import { spool } from "./spool.ts"

/** How the owner's files are read. */
export interface InputOptions {
  /** Files or folders of parts; `-` is standard input. */
  readonly input: readonly string[]
  readonly delimiter?: string
  readonly quote?: string
  /** A DuckDB condition over the input's columns; rows for which it is not true are left out. */
  readonly where?: string
  /** Input column by contract column. */
  readonly map: ReadonlyMap<string, string>
}

/** The owner's input as one relation of the local engine. */
export interface Input {
  /** SQL of the relation with the input's own columns and `parley_row`, the 1-based number of the data row. */
  readonly numbered: string
  /** The same without row numbers, which cost a single thread. */
  readonly plain: string
  readonly format: "csv" | "parquet"
  /** Type by input column, as DuckDB reads them: CSV is text throughout. */
  readonly types: ReadonlyMap<string, string>
  /** Type by input column, as the file looks: for CSV a guess from its first rows, for drift only. */
  readonly header: ReadonlyMap<string, string>
}

/** Finds out what the input is and which columns it has. Standard input is spooled into the private folder first. */
export async function openInput(
  engine: DuckDBConnection,
  options: InputOptions,
  privateFolder: string,
): Promise<Input> {
  const files = await Promise.all(options.input.map((path) => located(path, privateFolder)))
  const format = files.every(isParquet) ? "parquet" : "csv"
  const reader = format === "parquet" ? parquetReader(files) : csvReader(files, options, ["all_varchar = true"])
  const types = await describe(engine, reader)
  const filter = options.where === undefined ? "" : ` WHERE (${options.where}\n)`
  if (options.where !== undefined) await requireFilter(engine, reader, filter)
  return {
    format,
    header: format === "parquet" ? types : await guessedTypes(engine, csvReader(files, options, []), types),
    numbered: `(SELECT * FROM (SELECT row_number() OVER () AS parley_row, * FROM ${reader})${filter})`,
    plain: `(SELECT * FROM ${reader}${filter})`,
    types,
  }
}

async function located(path: string, privateFolder: string): Promise<string> {
  if (path === "-") return spool(process.stdin, privateFolder)
  const found = await io(path, () => stat(path))
  return found.isDirectory() ? join(path, "*.parquet") : path
}

function isParquet(path: string): boolean {
  return /\.(?:parquet|pq)$/.test(path)
}

function parquetReader(files: readonly string[]): string {
  return `read_parquet([${files.map(literal).join(", ")}])`
}

/** Sealing reads all columns as text (`types`): types are judged by the contract, not guessed from the first rows. */
function csvReader(files: readonly string[], { delimiter, quote }: InputOptions, types: readonly string[]): string {
  const settings = [
    ...types,
    "header = true",
    "strict_mode = true",
    "null_padding = false",
    "normalize_names = false",
    ...(delimiter === undefined ? [] : [`delim = ${literal(delimiter)}`]),
    ...(quote === undefined ? [] : [`quote = ${literal(quote)}`]),
  ]
  return `read_csv([${files.map(literal).join(", ")}], ${settings.join(", ")})`
}

async function describe(engine: DuckDBConnection, reader: string): Promise<ReadonlyMap<string, string>> {
  const rows = await readable(() => engine.runAndReadAll(`DESCRIBE SELECT * FROM ${reader}`))
  return new Map(rows.getRows().map(([name, type]) => [String(name), String(type)]))
}

/** A file whose types cannot be guessed counts as text: the guess decides about nothing. */
async function guessedTypes(
  engine: DuckDBConnection,
  reader: string,
  asText: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, string>> {
  return describe(engine, reader).catch(() => asText)
}

async function requireFilter(engine: DuckDBConnection, reader: string, filter: string): Promise<void> {
  try {
    await engine.runAndReadAll(`EXPLAIN SELECT * FROM ${reader}${filter}`)
  } catch {
    throw new ParleyError("filter-invalid", "the row filter is not a condition over the input's columns")
  }
}

/** DuckDB's messages carry values: only the line number is taken over. */
export async function readable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof ParleyError) throw cause
    throw readFailure(String(cause))
  }
}

function readFailure(message: string): ParleyError {
  const line = /Line: (\d+)/.exec(message)?.[1]
  const where = line === undefined ? "" : ` in line ${line}`
  if (/No space left|could not write|Could not write|File too large/i.test(message)) {
    return new ParleyError("file-io", "no space left in the private folder")
  }
  if (/No files found/i.test(message)) return new ParleyError("file-missing", "the input does not exist")
  if (/unicode|utf-?8/i.test(message)) return new ParleyError("input-unreadable", `bytes that are not UTF-8${where}`)
  if (/Out of Memory/i.test(message)) return new ParleyError("file-io", "not enough memory or spill space")
  return new ParleyError("input-unreadable", `the input cannot be read${where}`)
}
