import type { HostileQuery } from "../../case.ts"
import { count, dimension, numbers, sum } from "../../output.ts"
import { hostile, withRule } from "../bases.ts"
import { merchant, perPerson, read, rowsOnlyFor } from "./narrowed.ts"

/** The number of rows that a person has. */
export const rows: readonly HostileQuery[] = [
  merchant(
    "rows-filtered",
    "The number of a person's rows is compared.",
    "RULE-5",
    rowsOnlyFor("aggregate", "dimension"),
    {
      ...perPerson("sum(amount) AS amount, count(*) AS n"),
      where: "p.n > 2",
    },
  ),
  merchant(
    "rows-with-value-filtered",
    "The number of rows with a value is compared.",
    "RULE-5",
    rowsOnlyFor("aggregate"),
    {
      ...perPerson("sum(amount) AS amount, count(items) AS n"),
      where: "p.n > 2",
    },
  ),
  merchant("rows-added", "The number of a person's rows is added up.", "RULE-5", rowsOnlyFor("filter"), {
    ...perPerson("count(*) AS n"),
    output: [dimension("subscribers.region"), count("people"), sum("total")],
    total: "sum(p.n)",
  }),
  merchant(
    "rows-grouped",
    "The number of a person's rows is a dimension.",
    "RULE-5",
    rowsOnlyFor("aggregate", "filter"),
    {
      ...perPerson("sum(amount) AS amount, count(*) AS n"),
      dim: "p.n AS region",
      group: "p.n",
      output: [numbers("region", 0, 5), count("people"), sum("total", "purchases.amount")],
    },
  ),
  merchant(
    "rows-fan-out",
    "A sum over a join repeats another owner's value once for each row.",
    "RULE-5",
    rowsOnlyFor("filter"),
    {
      from: "impressions s JOIN purchases p ON p.id = s.id",
      dim: "s.placement AS region",
      group: "s.placement",
      output: [dimension("impressions.placement", "region"), count("people"), sum("total", "impressions.cost")],
      total: "sum(s.cost)",
      where: "s.cost >= 0",
    },
  ),
  merchant(
    "rows-by-shifted-value",
    "A sum of a value times zero plus one counts rows.",
    "RULE-5",
    rowsOnlyFor("filter"),
    {
      output: read("items"),
      total: "sum(p.items * 0 + 1)",
    },
  ),
  merchant("rows-by-case", "A sum of a constant that a CASE picks counts rows.", "RULE-5", rowsOnlyFor("dimension"), {
    ...perPerson("sum(amount) AS amount, sum(CASE WHEN items > 5 THEN 1 ELSE 0 END) AS n"),
    where: "p.n > 2",
  }),
  hostile("media", "rule-rows-of-both", "Rows of a join are rows of both owners.", "RULE-5", "query-rule", {
    ctes: "WITH t AS (SELECT i.id, count(*) AS n FROM impressions i JOIN purchases q ON q.id = i.id GROUP BY i.id) ",
    edit: withRule("purchases", rowsOnlyFor()),
    from: "subscribers s JOIN t p ON p.id = s.id",
    output: [dimension("subscribers.region"), count("people"), sum("total")],
    owner: "merchant",
    total: "sum(p.n)",
  }),
]
