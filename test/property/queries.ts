import type { Parameter, Query } from "../../shared/contract/query.ts"
import type { Random } from "../fuzz/random.ts"
import { Expressions, type Kind, type Made, type Read, union } from "./expressions.ts"
import { between, chance, oneOf, valueColumns, type World } from "./world.ts"

type Output = Query["output"][number]

/** What FROM can name: a dataset or a common table expression. */
interface Source {
  readonly name: string
  readonly identity: string
  readonly columns: readonly Made[]
}

interface Relations {
  readonly from: string
  readonly identities: readonly string[]
  readonly columns: readonly Made[]
}

export const PARAMETERS: Parameter[] = [{ name: "p", range: { max: 5, min: 0 }, type: "integer" }]

/** A query of the profile over a world, with its declared output. */
export function makeQuery(g: Random, world: World): Pick<Query, "output" | "parameters" | "sql"> {
  const datasets = world.datasets.map(
    (dataset): Source => ({
      columns: valueColumns(dataset).map(({ name, type }) => {
        const read = { column: name, dataset: dataset.name }
        return { bare: read, kind: type, reads: [read], sql: name }
      }),
      identity: "id",
      name: dataset.name,
    }),
  )
  const ctes = Array.from({ length: oneOf(g, [0, 0, 1, 1, 2]) }, (_, index) => makeCte(g, datasets, `w${index}`))
  const relations = makeFrom(
    g,
    ctes.map(({ source }) => source),
    datasets,
    between(g, 1, 3),
    true,
  )
  const select = makeSelect(g, relations)
  const heads = ctes.map(({ sql, source }) => `${source.name} AS (${sql})`)
  const where = chance(g, 40) ? ` WHERE ${new Expressions(g, relations.columns).condition(2).sql}` : ""
  const head = heads.length === 0 ? "" : `WITH ${heads.join(", ")} `
  const sql = `${head}SELECT ${select.items.join(", ")} FROM ${relations.from}${where}${select.groupBy}`
  return { output: select.output, parameters: sql.includes("$p") ? PARAMETERS : [], sql }
}

/** Joins `count` relations, those that must be there among them. */
function makeFrom(g: Random, must: readonly Source[], may: readonly Source[], count: number, left: boolean): Relations {
  const all = [...must, ...Array.from({ length: Math.max(count - must.length, 0) }, () => oneOf(g, may))]
  const first = chance(g, 50) ? all : all.toReversed()
  const sources = first.length === 0 ? [oneOf(g, may)] : first
  return sources.reduce<Relations>(
    (made, source, index) => {
      const alias = `${left ? "x" : "y"}${index}`
      const identities = [...made.identities, `${alias}.${source.identity}`]
      const own = source.columns.map((column) => ({ ...column, sql: `${alias}.${column.sql}` }))
      const columns = [...made.columns, ...own]
      if (index === 0) return { columns, from: `${source.name} AS ${alias}`, identities }
      const tie = `${identities[index]} = ${oneOf(g, made.identities)}`
      const on = chance(g, 25) ? ` AND ${new Expressions(g, columns).condition(1).sql}` : ""
      const join = left && chance(g, 40) ? "LEFT JOIN" : "JOIN"
      return { columns, from: `${made.from} ${join} ${source.name} AS ${alias} ON ${tie}${on}`, identities }
    },
    { columns: [], from: "", identities: [] },
  )
}

const KINDS: readonly Kind[] = ["boolean", "date", "decimal", "integer", "text", "timestamp"]

function makeCte(g: Random, datasets: readonly Source[], name: string) {
  const relations = makeFrom(g, [], datasets, between(g, 1, 2), false)
  const expressions = new Expressions(g, relations.columns)
  const identity = relations.identities[0] ?? ""
  const where = chance(g, 40) ? ` WHERE ${expressions.condition(1).sql}` : ""
  const grouped = chance(g, 60)
  // One column of each kind, so that whoever reads it finds them all.
  const values = KINDS.map((kind, index): Made & { readonly aggregate: boolean } => {
    const aggregate = grouped && (kind === "decimal" || kind === "timestamp" || chance(g, 75))
    return {
      ...(aggregate ? personAggregate(g, expressions, kind) : expressions.any(kind, 1)),
      aggregate,
      kind: kind ?? index,
    }
  })
  const items = values.map(({ sql }, index) => `${sql} AS v${index}`)
  const keys = values.flatMap(({ aggregate, sql }) => (aggregate ? [] : [sql]))
  const groupBy = grouped ? ` GROUP BY ${[identity, ...keys].join(", ")}` : ""
  const columns = values.map(({ bare, kind, reads }, index): Made => ({ bare, kind, reads, sql: `v${index}` }))
  const sql = `SELECT ${[`${identity} AS who`, ...items].join(", ")} FROM ${relations.from}${where}${groupBy}`
  return { source: { columns, identity: "who", name }, sql }
}

function personAggregate(g: Random, expressions: Expressions, kind: Kind): Made {
  const filter = chance(g, 25) ? ` FILTER (WHERE ${expressions.condition(1).sql})` : ""
  const value = expressions.any(kind, 1)
  const by = expressions.column(oneOf<Kind>(g, ["date", "timestamp", "integer"])).sql
  const calls = [
    `min(${value.sql})`,
    `max(${value.sql})`,
    `arg_min(${value.sql}, ${by})`,
    `arg_max(${value.sql}, ${by})`,
  ]
  const made = (sql: string, from: Made): Made => ({ bare: from.bare, kind, reads: from.reads, sql: `${sql}${filter}` })
  if (kind !== "integer" && kind !== "decimal") return made(oneOf(g, calls), value)
  if (kind === "integer" && chance(g, 30)) {
    const counted = oneOf(g, ["count(*)", `count(${expressions.any("text", 0).sql})`])
    return { bare: null, kind, reads: [], sql: `${counted}${filter}` }
  }
  if (chance(g, 40)) return { ...made(`sum(${value.sql})`, value), bare: null }
  return made(oneOf(g, calls), value)
}

function makeSelect(g: Random, { columns, identities }: Relations) {
  const expressions = new Expressions(g, columns)
  const dimensions = Array.from({ length: oneOf(g, [0, 0, 1, 1, 1, 2]) }, (_, index) =>
    makeDimension(g, expressions, `g${index}`),
  )
  const numbers = Array.from({ length: between(g, 1, 3) }, (_, index) =>
    makeNumber(g, expressions, identities, `a${index}`),
  )
  const names = dimensions.map(({ output }) => output.name)
  const all = [...dimensions, ...numbers]
  return {
    groupBy: names.length === 0 ? "" : ` GROUP BY ${names.join(", ")}`,
    items: all.map(({ output, sql }) => `${sql} AS ${output.name}`),
    output: all.map(({ output }) => output),
  }
}

const LARGEST = 2 ** 53 - 1

function makeDimension(g: Random, expressions: Expressions, name: string): { output: Output; sql: string } {
  const kind = oneOf<Kind>(g, ["text", "text", "integer", "boolean", "date"])
  const { bare, sql } = chance(g, 50) ? expressions.column(kind) : expressions.any(kind, 2)
  if (bare !== null) return { output: { ...bare, kind: "dimension", name }, sql }
  const bucket = (values: Extract<Output, { kind: "bucket" }>["values"]) => ({
    output: { kind: "bucket" as const, name, values },
    sql,
  })
  if (kind === "text") return bucket({ domain: ["a", "b'c", "ü"], type: "text" })
  if (kind === "boolean") return bucket({ type: "boolean" })
  if (kind === "integer") return bucket({ range: { max: LARGEST, min: -LARGEST, step: 1 }, type: "integer" })
  return bucket({ range: { max: "9999-12-31", min: "0001-01-01" }, type: "date", unit: "day" })
}

function makeNumber(
  g: Random,
  expressions: Expressions,
  identities: readonly string[],
  name: string,
): { output: Output; sql: string } {
  const side = () => makeAggregate(g, expressions, identities)
  const [a, b] = [side(), side()]
  if (chance(g, 80)) {
    if (a.kind === "count") return { output: { kind: "count", name }, sql: a.sql }
    return { output: { kind: a.kind, name, reads: [...a.reads] }, sql: a.sql }
  }
  return { output: { kind: "ratio", name, reads: [...union(a.reads, b.reads)] }, sql: `${a.sql} / ${b.sql}` }
}

function makeAggregate(g: Random, expressions: Expressions, identities: readonly string[]) {
  const kind = oneOf(g, ["count", "sum", "sum", "avg"] as const)
  const filter = chance(g, 30) ? ` FILTER (WHERE ${expressions.condition(1).sql})` : ""
  const none: readonly Read[] = []
  if (kind === "count") return { kind, reads: none, sql: `count(DISTINCT ${oneOf(g, identities)})${filter}` }
  const argument = expressions.any(oneOf<Kind>(g, ["integer", "decimal"]), 2)
  return { kind, reads: argument.reads, sql: `${kind}(${argument.sql})${filter}` }
}
