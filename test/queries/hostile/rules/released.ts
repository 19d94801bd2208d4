import type { HostileQuery } from "../../case.ts"
import { avg, count, dimension, numbers, ratio, sum, words } from "../../output.ts"
import { hostile } from "../bases.ts"
import { bands, broadcaster, merchant, onlyAverage, perPerson, read, without } from "./narrowed.ts"

/** Columns that their owner keeps from sums and averages. */
export const aggregates: readonly HostileQuery[] = [
  merchant("sum-not-listed", "Averages are allowed, sums are not.", "RULE-3", onlyAverage, { at: "p.amount" }),
  merchant(
    "average-not-listed",
    "Sums are allowed, averages are not.",
    "RULE-3",
    (rule) => {
      rule.aggregateColumns = [{ column: "amount", functions: ["sum"] }]
    },
    {
      output: [dimension("subscribers.region"), count("people"), avg("total", "purchases.amount")],
      total: "avg(p.amount)",
    },
  ),
  merchant("column-not-listed", "Another column than the listed one is added up.", "RULE-3", onlyAverage, {
    output: read("items"),
    total: "sum(p.items)",
  }),
  merchant("sum-in-ratio", "A sum in a ratio is a sum.", "RULE-3", onlyAverage, {
    output: [dimension("subscribers.region"), count("people"), ratio("total", "purchases.amount")],
    total: "sum(p.amount) / count(DISTINCT p.id)",
  }),
  merchant(
    "sum-in-cte",
    "A total per person, then a sum of it.",
    "RULE-1 RULE-3",
    onlyAverage,
    perPerson("sum(amount) AS amount"),
  ),
  merchant(
    "largest-in-cte",
    "The largest of a person, then a sum of it.",
    "RULE-1 RULE-3",
    onlyAverage,
    perPerson("max(amount) AS amount"),
  ),
  merchant(
    "last-in-cte",
    "The last of a person, then a sum of it.",
    "RULE-1 RULE-3",
    onlyAverage,
    perPerson("arg_max(amount, bought_at) AS amount"),
  ),
  merchant("sum-in-case", "The result of a CASE is added up.", "RULE-3", onlyAverage, {
    total: "sum(CASE WHEN s.age > 40 THEN p.amount ELSE 0 END)",
  }),
  merchant("sum-computed", "A computed value is added up.", "RULE-3", onlyAverage, {
    output: read("amount"),
    total: "sum(p.amount * 2)",
  }),
]

/** Columns that their owner keeps from the output. */
export const dimensions: readonly HostileQuery[] = [
  broadcaster(
    "dimension-not-listed",
    "A column that its owner keeps from dimensions.",
    "RULE-4",
    without("dimensionColumns", "region"),
    { at: "s.region" },
  ),
  hostile(
    "health",
    "rule-dimension-by-role",
    "An attribute as a dimension as it is: a day of enrolling.",
    "RULE-4",
    "query-rule",
    {
      dim: "r.enrolled_on AS arm",
      group: "r.enrolled_on",
      output: [dimension("arms.enrolled_on", "arm"), count("people"), sum("total", "admissions.days")],
      owner: "sponsor",
    },
  ),
  broadcaster(
    "bucket-not-listed",
    "A bucket of a column that its owner keeps from dimensions.",
    "RULE-4",
    without("dimensionColumns", "age"),
    {
      dim: "s.age // 10 AS region",
      group: "s.age // 10",
      output: [numbers("region", 1, 9), count("people"), sum("total", "purchases.amount")],
    },
  ),
  broadcaster(
    "bucket-condition-not-listed",
    "The conditions of a bucket read the column.",
    "RULE-4",
    without("dimensionColumns", "age"),
    {
      dim: `${bands} AS region`,
      group: bands,
      output: [words("region", "old", "young"), count("people"), sum("total", "purchases.amount")],
    },
  ),
  merchant(
    "dimension-through-cte",
    "A dimension under another name.",
    "RULE-1 RULE-4",
    without("dimensionColumns", "category"),
    {
      ctes: "WITH t AS (SELECT id, amount, category AS region FROM purchases) ",
      dim: "p.region",
      from: "subscribers s JOIN t p ON p.id = s.id",
      group: "p.region",
      output: [dimension("purchases.category", "region"), count("people"), sum("total", "purchases.amount")],
    },
  ),
  merchant(
    "dimension-last-touch",
    "The last category of a person as a dimension.",
    "RULE-1 RULE-4",
    without("dimensionColumns", "category"),
    {
      ...perPerson("sum(amount) AS amount, arg_max(category, bought_at) AS category"),
      dim: "p.category AS region",
      group: "p.category",
      output: [dimension("purchases.category", "region"), count("people"), sum("total", "purchases.amount")],
    },
  ),
  merchant(
    "bucket-of-total",
    "Classes of a per-person total as a dimension.",
    "RULE-1 RULE-4",
    without("dimensionColumns", "amount"),
    {
      ...perPerson("sum(amount) AS amount"),
      dim: "CASE WHEN p.amount > 100 THEN 'much' ELSE 'little' END AS region",
      group: "CASE WHEN p.amount > 100 THEN 'much' ELSE 'little' END",
      output: [words("region", "little", "much"), count("people"), sum("total", "purchases.amount")],
    },
  ),
]
