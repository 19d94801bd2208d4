import { toHex } from "../bytes.ts"
import { scaledToText } from "../query/decimal.ts"
import type { Plan } from "../query/plan.ts"
import type { GeneratedSql } from "../query/sql/aggregate.ts"
import { Binder } from "../query/sql/binder.ts"
import { dimensionNames, personsSql } from "../query/sql/persons.ts"
import { literal } from "../query/sql/quote.ts"
import { Sources, type TableSource } from "../query/sql/source.ts"
import type { Mechanism } from "./mechanism.ts"

/**
 * One row per group that somebody is in: its dimensions, then the mechanism's numbers without noise, all as text. Of
 * each identity at most `groupsPerIdentity` groups count, and in each of them a total within its clamp.
 */
export function boundedSql(
  plan: Plan,
  mechanism: Mechanism,
  tables: readonly TableSource[],
  selection: Uint8Array,
): GeneratedSql {
  const binder = new Binder()
  const persons = personsSql({ binder, plan, sources: new Sources(tables, "released") })
  const dimensions = dimensionNames(plan)
  const numbers = mechanism.numbers.map((number) => numberSql(plan, mechanism, number))
  const cells = [...dimensions, ...numbers].map((cell) => `CAST(${cell} AS VARCHAR)`)
  const kept = `SELECT * FROM (${persons})${selectionSql(plan, mechanism, dimensions, selection)}`
  const grouping = dimensions.length === 0 ? "" : ` GROUP BY ${dimensions.join(", ")}`
  return { parameters: binder.names, text: `SELECT ${cells.join(", ")} FROM (${kept})${grouping}` }
}

/**
 * Which groups of an identity count is decided by its own groups and the key alone. A choice that looked at other
 * people, or at values, would let one identity move more than its own rows.
 */
function selectionSql(plan: Plan, mechanism: Mechanism, dimensions: readonly string[], key: Uint8Array): string {
  const { groups, privacy } = mechanism
  const most = privacy.groupsPerIdentity
  if (groups.length <= most || plan.from.rowsPerIdentity <= BigInt(most)) return ""
  const texts = ["p", ...dimensions].map((name) => `coalesce(CAST(${name} AS VARCHAR), '-')`)
  const order = `md5(concat_ws('|', ${[literal(toHex(key)), ...texts].join(", ")}))`
  // Two groups whose texts run together have one hash; their own order then decides.
  return ` QUALIFY row_number() OVER (PARTITION BY p ORDER BY ${[order, ...dimensions].join(", ")}) <= ${most}`
}

function numberSql(
  plan: Plan,
  { clamps }: Mechanism,
  { aggregate: index, part }: Mechanism["numbers"][number],
): string {
  const clamp = clamps[index]
  if (part === "rows") return `sum(least(n${index}, ${plan.from.rowsPerIdentity}))`
  if (clamp === null || clamp === undefined) return `count(*) FILTER (WHERE k${index})`
  const type = `DECIMAL(38, ${clamp.scale})`
  const [min, max] = [clamp.min, clamp.max].map(
    (units) => `CAST(${literal(scaledToText(units, clamp.scale))} AS ${type})`,
  )
  // greatest() and least() pass over nulls: nothing would become the lower end of the range.
  const bounded = `least(greatest(CAST(s${index} AS ${type}), ${min}), ${max})`
  return `sum(CASE WHEN s${index} IS NULL THEN NULL ELSE ${bounded} END)`
}
