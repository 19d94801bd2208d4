import type { AnalysisRule } from "../../../../shared/contract/rule.ts"
import type { HostileQuery } from "../../case.ts"
import { count, dimension, sum } from "../../output.ts"
import type { World } from "../../worlds/contract.ts"
import { hostile, withRule } from "../bases.ts"

type Rest = Parameters<typeof hostile>[5]
type Rule = (rule: AnalysisRule) => void

/** A query that passes until one owner's rule is narrowed. */
const rule =
  (world: World, dataset: string, owner: string) =>
  (id: string, title: string, clauses: string, change: Rule, rest: Rest = {}): HostileQuery =>
    hostile(world, `rule-${id}`, title, clauses, "query-rule", { edit: withRule(dataset, change), owner, ...rest })

export const merchant = rule("media", "purchases", "merchant")
export const broadcaster = rule("media", "subscribers", "broadcaster")
export const without =
  (list: "dimensionColumns" | "filterColumns", column: string): Rule =>
  (rule) => {
    rule[list] = rule[list].filter((name) => name !== column)
  }
export const noFunction =
  (name: AnalysisRule["scalarFunctions"][number]): Rule =>
  (rule) => {
    rule.scalarFunctions = rule.scalarFunctions.filter((other) => other !== name)
  }
export const onlyAverage: Rule = (rule) => {
  rule.aggregateColumns = [{ column: "amount", functions: ["avg"] }]
}
export const rowsOnlyFor =
  (...uses: AnalysisRule["rowCounts"]): Rule =>
  (rule) => {
    rule.rowCounts = uses
  }
export const noFilter = without("filterColumns", "items")
export const read = (name: string) => [
  dimension("subscribers.region"),
  count("people"),
  sum("total", `purchases.${name}`),
]
export const perPerson = (columns: string) => ({
  ctes: `WITH t AS (SELECT id, ${columns} FROM purchases GROUP BY id) `,
  from: "subscribers s JOIN t p ON p.id = s.id",
})
export const bands = "CASE WHEN s.age < 40 THEN 'young' ELSE 'old' END"
