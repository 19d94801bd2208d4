import type { EffectivePolicy } from "../../contract/effective-policy.ts"
import type { Plan } from "../plan.ts"
import { Binder } from "./binder.ts"
import { oncePerPerson } from "./block.ts"
import { type Cell, type HiddenCells, layoutOf, numbersOfSome, optionalOwners, sharesOf } from "./layout.ts"
import { contributes, dimensionNames, personsSql, rowsSql } from "./persons.ts"
import { Sources, type TableSource } from "./source.ts"
import { touchedSql } from "./touched.ts"

/** SQL made from a judged plan. Parameters are bound; nothing of the contract's text is in it but checked constants. */
export interface GeneratedSql {
  readonly text: string
  /** Parameter names in the order of their places `$1`, `$2`, ... */
  readonly parameters: readonly string[]
}

/** One row per group, with the cells of `layoutOf` as text. */
export function aggregateSql(
  plan: Plan,
  tables: readonly TableSource[],
  policy: Pick<EffectivePolicy, "dominance">,
): GeneratedSql {
  const hidden = { shares: sharesOf(policy), touched: tables.some(({ newOptOuts }) => newOptOuts.length > 0) }
  const statement = { binder: new Binder(), plan, sources: new Sources(tables, "released") }
  const single = plan.from.relations.every((relation) => oncePerPerson(relation, statement))
  const persons = single ? rowsSql(statement) : personsSql(statement)
  const computed = layoutOf(plan, { ...hidden, touched: false }).map((cell) => cellSql(cell, plan, hidden, single))
  const dimensions = dimensionNames(plan)
  const grouping = dimensions.length === 0 ? " HAVING count(*) > 0" : ` GROUP BY ${dimensions.join(", ")}`
  if (!hidden.touched) {
    return done(statement, `SELECT ${computed.map(asText).join(", ")} FROM (${persons})${grouping}`)
  }
  const keyed = [...dimensions, ...computed.map((cell, i) => `${cell} AS g${i}`)]
  const { condition, counts, from } = touchedSql(statement, tables)
  const cells = [...computed.map((_, i) => `g.g${i}`), ...counts].map(asText)
  const groups = `SELECT ${keyed.join(", ")} FROM (${persons})${grouping}`
  return done(statement, `SELECT ${cells.join(", ")} FROM (${groups}) AS g LEFT JOIN (${from}) AS t ON ${condition}`)
}

function done({ binder }: { readonly binder: Binder }, text: string): GeneratedSql {
  return { parameters: binder.names, text }
}

function asText(cell: string): string {
  return `CAST(${cell} AS VARCHAR)`
}

/** Bits that a BIGINT has room for above its sign. */
const BITS = 62

/** Which numbers a person contributes to, as one value: bits where they have room, which is faster, else text. */
function patternSql(plan: Plan, single: boolean): string {
  const contributing = numbersOfSome(plan).flatMap((index) => {
    const own = contributes(plan, index, single)
    // An average divides by rows with a value, zeros among them.
    return plan.aggregates[index]?.kind === "avg" ? [own, `(s${index} IS NOT NULL)`] : [own]
  })
  if (contributing.length > BITS)
    return contributing.map((sql) => `CASE WHEN ${sql} THEN '1' ELSE '0' END`).join(" || ")
  return contributing.map((sql, bit) => `CASE WHEN ${sql} THEN ${1n << BigInt(bit)} ELSE 0 END::BIGINT`).join(" + ")
}

function cellSql(cell: Cell, plan: Plan, { shares }: HiddenCells, single: boolean): string {
  const present = (owner: string) => `q${optionalOwners(plan).indexOf(owner)}`
  switch (cell.kind) {
    case "people":
      return "count(*)"
    case "alike":
      return `list_min(map_values(histogram(${patternSql(plan, single)})))`
    case "dimension":
      return `d${cell.dimension}`
    case "present":
      return `count(*) FILTER (WHERE ${present(cell.owner)})`
    case "contributing":
      return `count(*) FILTER (WHERE ${contributes(plan, cell.aggregate, single)})`
    case "contributing-present":
      return `count(*) FILTER (WHERE ${contributes(plan, cell.aggregate, single)} AND ${present(cell.owner)})`
    case "total":
      return `sum(s${cell.aggregate})`
    case "rows":
      return single ? `count(s${cell.aggregate})` : `sum(n${cell.aggregate})`
    case "absolute":
      return `sum(abs(s${cell.aggregate}))`
    case "shares":
      return `max(abs(s${cell.aggregate}), ${shares})`
    default:
      throw new RangeError("a cell that touched persons have")
  }
}
