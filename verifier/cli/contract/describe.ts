import { randomBytes } from "node:crypto"
import { toBase64url } from "../../../shared/bytes.ts"
import type { Column } from "../../../shared/contract/columns.ts"
import type { Dataset } from "../../../shared/contract/dataset.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { ColumnName } from "../../../shared/json/fields.ts"
import { identifier, literal, openLocalEngine } from "../engine/duckdb.ts"

/** A text column with more values than this is no dimension; its owner must say what it is. */
const MAX_DOMAIN = 200

/** What an owner's own file looks like, as a proposal for its dataset in a contract. */
export interface Description {
  readonly dataset: Dataset
  /** What was guessed and wants a look. */
  readonly guesses: readonly string[]
}

export interface DescribeOptions {
  readonly file: string
  readonly name: string
  readonly owner: string
  readonly identity: string
  readonly tokenSpec: string
  readonly recipients: readonly string[]
  readonly purposes: readonly string[]
}

/** Reads the file's header and values on the owner's machine and proposes types, domains and ranges. */
export async function describeFile(options: DescribeOptions): Promise<Description> {
  const engine = await openLocalEngine({ memoryBytes: 512 * 1024 * 1024, spillFolder: null })
  const source = /\.(?:parquet|pq)$/.test(options.file)
    ? `read_parquet(${literal(options.file)})`
    : `read_csv(${literal(options.file)})`
  try {
    const described = await engine.runAndReadAll(`DESCRIBE SELECT * FROM ${source}`)
    const guesses: string[] = []
    const columns: Column[] = []
    for (const [name, type] of described.getRows().map((row) => row.map(String))) {
      if (name === undefined || type === undefined) continue
      const proposed = await proposeColumn(engine, source, { identity: options.identity, name, type })
      if (proposed === null)
        guesses.push(`${name}: left out; ${type} with more than ${MAX_DOMAIN} values has no declared domain`)
      else columns.push(proposed)
    }
    const counted = await engine.runAndReadAll(
      `SELECT coalesce(max(n), 1), coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM ${source} GROUP BY ${identifier(options.identity)})`,
    )
    const [most = 1, rows = 0] = (counted.getRows()[0] ?? []).map(Number)
    guesses.push("ranges and domains are those of this file; widen them to what later versions may hold")
    guesses.push(
      "no scalar functions are allowed: name in rule.scalarFunctions what a query may apply to these columns",
    )
    if (most > 1)
      guesses.push('rule.rowCounts is ["aggregate"]: sums over several rows of one identity also count rows')
    return { dataset: dataset(options, columns, most, rows), guesses }
  } catch (cause) {
    if (cause instanceof ParleyError) throw cause
    throw new ParleyError("input-unreadable", `${options.file} cannot be read, or has no column ${options.identity}`)
  } finally {
    engine.closeSync()
  }
}

type Engine = Awaited<ReturnType<typeof openLocalEngine>>

async function proposeColumn(
  engine: Engine,
  source: string,
  found: { identity: string; name: string; type: string },
): Promise<Column | null> {
  const name = ColumnName.safeParse(found.name).success ? found.name : contractName(found.name)
  const meaning = `${found.name} of the owner's file`
  if (found.name === found.identity) return { meaning, name, role: "identity", type: "identity" }
  const column = identifier(found.name)
  const [row = []] = (
    await engine.runAndReadAll(
      `SELECT count(*) - count(${column}), min(${column})::VARCHAR, max(${column})::VARCHAR, count(DISTINCT ${column}) FROM ${source}`,
    )
  ).getRows()
  const [nulls, min, max, distinct] = [Number(row[0]), String(row[1]), String(row[2]), Number(row[3])]
  const common = { meaning, name, nullable: nulls > 0 }
  if (/INT/.test(found.type)) {
    const role = distinct <= 50 ? ("dimension" as const) : ("measure" as const)
    return { ...common, range: { max: Number(max), min: Number(min), step: 1 }, role, type: "integer" }
  }
  if (/^(?:DOUBLE|FLOAT|DECIMAL)/.test(found.type)) {
    const [low, high] = [Math.floor(Number(min)), Math.ceil(Number(max))]
    return {
      ...common,
      range: { max: String(high), min: String(low), step: "0.01" },
      role: "measure",
      scale: 2,
      type: "decimal",
    }
  }
  if (found.type === "BOOLEAN") return { ...common, role: "dimension", type: "boolean" }
  if (found.type === "DATE") return { ...common, range: { max, min }, role: "dimension", type: "date" }
  if (found.type !== "VARCHAR" || distinct > MAX_DOMAIN || distinct === 0) return null
  const values = await engine.runAndReadAll(
    `SELECT DISTINCT ${column} FROM ${source} WHERE ${column} IS NOT NULL ORDER BY 1`,
  )
  return { ...common, domain: values.getRows().map(([value]) => String(value)), role: "dimension", type: "text" }
}

function dataset(options: DescribeOptions, columns: Column[], most: number, rows: number): Dataset {
  const names = (role: Column["role"]) => columns.filter((column) => column.role === role).map(({ name }) => name)
  return {
    columns,
    freshness: null,
    lineage: toBase64url(randomBytes(16)),
    maxRows: Math.max(1000, rows * 10),
    maxRowsPerIdentity: most,
    name: options.name,
    owner: options.owner,
    rowFilter: null,
    rule: {
      aggregateColumns: names("measure").map((column) => ({ column, functions: ["sum", "avg"] })),
      allowedRecipients: [...options.recipients],
      dimensionColumns: names("dimension"),
      dominance: names("measure").length === 0 ? [] : [{ kind: "p-percent", p: 10 }],
      filterColumns: columns.filter(({ type }) => type !== "identity").map(({ name }) => name),
      joinColumns: names("identity"),
      joinRequired: [],
      kind: "aggregation",
      limits: { runs: null, versions: null },
      neverCompared: [],
      privacyBudget: null,
      purposes: [...options.purposes],
      rounding: { countStep: 1, sumStep: null },
      rowCounts: most > 1 ? ["aggregate"] : [],
      scalarFunctions: [],
      templates: [],
      threshold: { columns: [], minIdentities: 50, override: null },
    },
    tokenSpec: options.tokenSpec,
  }
}

function contractName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, "_")
    .replace(/^[^a-z]+/, "c_")
    .slice(0, 63)
}
