import type { HostileQuery } from "../../case.ts"
import { hostile, withRule } from "../bases.ts"
import { merchant, noFilter, perPerson, without } from "./narrowed.ts"

/** Columns that their owner keeps from conditions. */
export const filters: readonly HostileQuery[] = [
  merchant("filter-where", "WHERE reads a column that its owner keeps from filters.", "RULE-2 RULE-15", noFilter, {
    at: "> 5",
    where: "p.items > 5",
  }),
  merchant("filter-on", "The condition of a join is a filter.", "RULE-2", noFilter, {
    from: "subscribers s JOIN purchases p ON p.id = s.id AND p.items > 5",
  }),
  merchant("filter-filter", "The FILTER of an aggregate is a filter.", "RULE-2", noFilter, {
    total: "sum(p.amount) FILTER (WHERE p.items > 5)",
  }),
  merchant("filter-count-filter", "The FILTER of a count is a filter.", "RULE-2", noFilter, {
    people: "count(DISTINCT s.id) FILTER (WHERE p.items > 5)",
  }),
  merchant("filter-case", "The condition of a CASE in a sum is a filter.", "RULE-2", noFilter, {
    total: "sum(CASE WHEN p.items > 5 THEN p.amount ELSE 0 END)",
  }),
  merchant("filter-is-null", "IS NULL is a filter.", "RULE-2", noFilter, { where: "p.items IS NOT NULL" }),
  merchant("filter-column-to-column", "A comparison of two columns is a filter of both.", "RULE-2", noFilter, {
    where: "s.age > p.items",
  }),
  merchant("filter-in-cte", "WHERE of a common table expression is a filter.", "RULE-1 RULE-2", noFilter, {
    ctes: "WITH t AS (SELECT id, amount FROM purchases WHERE items > 5) ",
    from: "subscribers s JOIN t p ON p.id = s.id",
  }),
  merchant("filter-renamed", "A column under another name, filtered later.", "RULE-1 RULE-2", noFilter, {
    ctes: "WITH t AS (SELECT id, amount, items AS n FROM purchases) ",
    from: "subscribers s JOIN t p ON p.id = s.id",
    where: "p.n > 5",
  }),
  merchant("filter-per-person", "A per-person total, filtered later.", "RULE-1 RULE-2", noFilter, {
    ...perPerson("sum(amount) AS amount, sum(items) AS items"),
    where: "p.items > 5",
  }),
  merchant(
    "filter-per-person-filter",
    "The FILTER of a per-person total.",
    "RULE-1 RULE-2",
    noFilter,
    perPerson("sum(amount) FILTER (WHERE items > 5) AS amount"),
  ),
  merchant(
    "filter-by-of-last",
    "The order of a last touch reads the column.",
    "RULE-1 RULE-2",
    without("filterColumns", "bought_at"),
    perPerson("arg_max(amount, bought_at) AS amount"),
  ),
  merchant("filter-computed", "A column within arithmetic is a filter.", "RULE-2", noFilter, {
    where: "s.age - p.items > 20",
  }),
  merchant("filter-coalesced", "A column within coalesce is a filter.", "RULE-2", noFilter, {
    where: "coalesce(p.items, 0) > 5",
  }),
  hostile(
    "media",
    "rule-filter-using",
    "After USING a bare identity is no way round a filter.",
    "RULE-1 RULE-2",
    "query-rule",
    {
      edit: withRule("purchases", noFilter),
      from: "subscribers s JOIN purchases p USING (id)",
      owner: "merchant",
      people: "count(DISTINCT id)",
      where: "items > 5",
    },
  ),
]
