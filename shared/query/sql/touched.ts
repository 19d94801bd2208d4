import type { Statement } from "./block.ts"
import { optionalOwners } from "./layout.ts"
import { contributes, dimensionNames, personsSql } from "./persons.ts"
import { literal } from "./quote.ts"
import { Sources, type TableSource } from "./source.ts"

/**
 * Whoever has an earlier result could subtract this one from it. By group and aggregate, the people who were there
 * before owners took them out, or are there since, without those rows: of each owner the last ones whom it took out of
 * the group, since every difference to an earlier result that has any of that owner's has all of these; without those
 * whom another owner has taken out too, perhaps before; of the owners the fewest. Null where there is nobody. To be
 * joined as `t` to groups `g`.
 */
export function touchedSql(statement: Statement, tables: readonly TableSource[]) {
  const { plan } = statement
  const dimensions = dimensionNames(plan)
  const numbers = plan.aggregates.map((_, i) => `t${i}`)
  const all = ["t", ...numbers]
  const either = ["true AS t", ...numbers.map((name) => `bool_or(${name}) AS ${name}`)]
  const each = `SELECT ${list("p", dimensions, either)} FROM (${viewsSql(statement, tables)})${groupBy("p", dimensions)}`
  const counts = all.flatMap((t) => [
    `count(*) FILTER (WHERE ${t}) AS n${t}`,
    `count(*) FILTER (WHERE ${t} AND lone) AS x${t}`,
  ])
  const joined = `(${each}) JOIN (${optOutsSql(tables)}) AS o ON p = o.token`
  const steps = `SELECT ${list(dimensions, "owner, step", counts)} FROM ${joined}${groupBy(dimensions, "owner, step")}`
  const last = all.map((t) => `arg_max(x${t}, step) FILTER (WHERE n${t} > 0) AS ${t}`)
  const owners = `SELECT ${list(dimensions, "owner", last)} FROM (${steps})${groupBy(dimensions, "owner")}`
  const fewest = all.map((t) => `min(${t}) AS ${t}`)
  const same = dimensions.map((name) => `g.${name} IS NOT DISTINCT FROM t.${name}`)
  return {
    condition: same.length === 0 ? "true" : same.join(" AND "),
    counts: all.map((t) => `t.${t}`),
    from: `SELECT ${list(dimensions, fewest)} FROM (${owners})${groupBy(dimensions)}`,
  }
}

/** Where somebody is depends on which of the owners that not everybody has had taken it out; others leave nothing. */
function viewsSql(statement: Statement, tables: readonly TableSource[]): string {
  const { plan } = statement
  const optional = optionalOwners(plan).filter((owner) =>
    tables.some((table) => table.owner === owner && table.newOptOuts.length > 0),
  )
  const contributing = plan.aggregates.map((_, i) => `${contributes(plan, i, false)} AS t${i}`)
  const views = subsets(optional).map((tookOut) => {
    const persons = personsSql({ ...statement, sources: new Sources(tables, { tookOut }) })
    return `SELECT ${list("p", dimensionNames(plan), contributing)} FROM (${persons})`
  })
  return views.join(" UNION ALL ")
}

function subsets(owners: readonly string[]): readonly (readonly string[])[] {
  const [owner, ...others] = owners
  if (owner === undefined) return [[]]
  return subsets(others).flatMap((subset) => [subset, [owner, ...subset]])
}

/** Who was newly taken out, by which owner, when, and whether by no other one. */
function optOutsSql(tables: readonly TableSource[]): string {
  const steps = new Map<string, Map<string, number>>()
  for (const { newOptOuts, owner } of tables) {
    for (const { step, token } of newOptOuts) steps.set(token, (steps.get(token) ?? new Map()).set(owner, step))
  }
  const rows = [...steps].flatMap(([token, byOwner]) =>
    [...byOwner].map(([owner, step]) => `(${literal(token)}::UUID, ${literal(owner)}, ${step}, ${byOwner.size === 1})`),
  )
  return `SELECT * FROM (VALUES ${rows.join(", ")}) AS v(token, owner, step, lone)`
}

function list(...parts: readonly (string | readonly string[])[]): string {
  return parts.flat().join(", ")
}

function groupBy(...parts: readonly (string | readonly string[])[]): string {
  const keys = list(...parts)
  return keys === "" ? "" : ` GROUP BY ${keys}`
}
