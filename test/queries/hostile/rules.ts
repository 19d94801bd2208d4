import type { AnalysisRule } from "../../../shared/contract/rule.ts"
import type { HostileQuery } from "../case.ts"
import { avg, count, dimension, numbers, ratio, sum, words } from "../output.ts"
import type { World } from "../worlds/contract.ts"
import { hostile, withRule } from "./bases.ts"

type Rest = Parameters<typeof hostile>[5]
type Rule = (rule: AnalysisRule) => void

/** A query that passes until one owner's rule is narrowed. */
const rule =
  (world: World, dataset: string, owner: string) =>
  (id: string, title: string, clauses: string, change: Rule, rest: Rest = {}): HostileQuery =>
    hostile(world, `rule-${id}`, title, clauses, "query-rule", { edit: withRule(dataset, change), owner, ...rest })

const merchant = rule("media", "purchases", "merchant")
const broadcaster = rule("media", "subscribers", "broadcaster")
const without =
  (list: "dimensionColumns" | "filterColumns", column: string): Rule =>
  (rule) => {
    rule[list] = rule[list].filter((name) => name !== column)
  }
const noFunction =
  (name: AnalysisRule["scalarFunctions"][number]): Rule =>
  (rule) => {
    rule.scalarFunctions = rule.scalarFunctions.filter((other) => other !== name)
  }
const onlyAverage: Rule = (rule) => {
  rule.aggregateColumns = [{ column: "amount", functions: ["avg"] }]
}
const rowsOnlyFor =
  (...uses: AnalysisRule["rowCounts"]): Rule =>
  (rule) => {
    rule.rowCounts = uses
  }
const noFilter = without("filterColumns", "items")
const read = (name: string) => [dimension("subscribers.region"), count("people"), sum("total", `purchases.${name}`)]
const perPerson = (columns: string) => ({
  ctes: `WITH t AS (SELECT id, ${columns} FROM purchases GROUP BY id) `,
  from: "subscribers s JOIN t p ON p.id = s.id",
})
const bands = "CASE WHEN s.age < 40 THEN 'young' ELSE 'old' END"

const filters: readonly HostileQuery[] = [
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

const aggregates: readonly HostileQuery[] = [
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

const dimensions: readonly HostileQuery[] = [
  broadcaster(
    "dimension-not-listed",
    "A column that its owner keeps from dimensions.",
    "RULE-4",
    without("dimensionColumns", "region"),
    { at: "s.region" },
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

const rows: readonly HostileQuery[] = [
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

const functionsOf: readonly HostileQuery[] = (
  [
    ["abs", "sum(abs(p.amount - 5))"],
    ["add", "sum(p.amount + 5)"],
    ["case", "sum(CASE WHEN s.age > 40 THEN p.amount ELSE 0 END)"],
    ["cast", "sum(TRY_CAST(p.amount AS BIGINT))"],
    ["coalesce", "sum(coalesce(p.amount, 0))"],
    ["greatest", "sum(greatest(p.amount, 5))"],
    ["least", "sum(least(p.amount, 5))"],
    ["multiply", "sum(p.amount * 2)"],
    ["negate", "sum(-p.amount)"],
    ["subtract", "sum(p.amount - 5)"],
  ] as const
).map(([name, total]) =>
  merchant(`function-${name}`, `${name} is not among the functions that the owner lists.`, "RULE-7", noFunction(name), {
    output: read("amount"),
    total,
  }),
)

const conditionFunctions: readonly HostileQuery[] = (
  [
    ["date_diff", "date_diff('day', p.bought_at, TIMESTAMP '2026-04-01 00:00:00') > 5"],
    ["date_part", "date_part('hour', p.bought_at) > 5"],
    ["date_trunc", "date_trunc('month', p.bought_at) > DATE '2026-01-01'"],
    ["divide", "p.items // 2 > 2"],
    ["interval", "p.bought_at + INTERVAL 5 DAY > TIMESTAMP '2026-02-01 00:00:00'"],
    ["modulo", "p.items % 2 = 1"],
  ] as const
).map(([name, where]) =>
  merchant(
    `function-${name.replace("_", "-")}`,
    `${name} is not among the functions that the owner lists.`,
    "RULE-7",
    noFunction(name),
    { where },
  ),
)

const throughNames: readonly HostileQuery[] = [
  merchant(
    "function-in-cte",
    "A function that is not listed, in a common table expression.",
    "RULE-1 RULE-7",
    noFunction("least"),
    {
      ctes: "WITH t AS (SELECT id, least(amount, 50) AS amount FROM purchases) ",
      from: "subscribers s JOIN t p ON p.id = s.id",
    },
  ),
  merchant(
    "function-on-total",
    "A function that is not listed, on a per-person total.",
    "RULE-1 RULE-7",
    noFunction("least"),
    {
      ...perPerson("sum(amount) AS amount"),
      total: "sum(least(p.amount, 50))",
    },
  ),
  broadcaster("function-of-both", "A function of two owners' columns needs both.", "RULE-7", noFunction("add"), {
    edit: withRule("subscribers", noFunction("add")),
    where: "s.age + p.items > 40",
  }),
]

const whole: readonly HostileQuery[] = [
  merchant("join-not-listed", "The identity is not a join column.", "RULE-8", (rule) => {
    rule.joinColumns = []
  }),
  merchant(
    "join-not-listed-in-cte",
    "Joined within a common table expression.",
    "RULE-1 RULE-8",
    (rule) => {
      rule.joinColumns = []
    },
    {
      ctes: "WITH t AS (SELECT q.id, q.amount FROM purchases q JOIN impressions i ON i.id = q.id) ",
      from: "subscribers s JOIN t p ON p.id = s.id",
    },
  ),
  merchant(
    "self-join-not-listed",
    "Joined with itself.",
    "RULE-8",
    (rule) => {
      rule.joinColumns = []
    },
    {
      dim: "p.category AS region",
      from: "purchases p JOIN purchases q ON q.id = p.id",
      group: "p.category",
      output: [dimension("purchases.category", "region"), count("people"), sum("total", "purchases.amount")],
      people: "count(DISTINCT p.id)",
      where: "p.items >= 1",
    },
  ),
  hostile("fraud", "rule-join-required", "Read on its own what may be read only joined.", "RULE-9", "query-rule", {
    dim: "b.channel",
    from: "transfers_b b",
    group: "b.channel",
    output: [dimension("transfers-b.channel"), count("people"), sum("total", "transfers-b.value")],
    owner: "bank-b",
    people: "count(DISTINCT b.id)",
    where: "b.value >= 0",
  }),
  hostile(
    "fraud",
    "rule-join-required-left",
    "A LEFT JOIN keeps those whom the other side does not know.",
    "RULE-9",
    "query-rule",
    {
      dim: "b.channel",
      from: "transfers_b b LEFT JOIN transfers_a a ON a.id = b.id",
      group: "b.channel",
      output: [dimension("transfers-b.channel"), count("people"), sum("total", "transfers-b.value")],
      owner: "bank-b",
      people: "count(DISTINCT b.id)",
      where: "b.value >= 0",
    },
  ),
  hostile(
    "fraud",
    "rule-join-required-other",
    "Joined with another dataset than the required one.",
    "RULE-9",
    "query-rule",
    {
      dim: "b.channel",
      from: "transfers_b b JOIN accounts a ON a.id = b.id",
      group: "b.channel",
      output: [dimension("transfers-b.channel"), count("people"), sum("total", "transfers-b.value")],
      owner: "bank-b",
      where: "b.value >= 0",
    },
  ),
  hostile(
    "fraud",
    "rule-join-required-left-cte",
    "A LEFT JOIN of a common table expression.",
    "RULE-1 RULE-9",
    "query-rule",
    {
      ctes: "WITH t AS (SELECT id, max(value) AS value FROM transfers_a GROUP BY id) ",
      dim: "b.channel",
      from: "transfers_b b LEFT JOIN t ON t.id = b.id",
      group: "b.channel",
      output: [dimension("transfers-b.channel"), count("people"), sum("total", "transfers-b.value")],
      owner: "bank-b",
      people: "count(DISTINCT b.id)",
      where: "b.value >= 0",
    },
  ),
  hostile(
    "fraud",
    "rule-join-required-cte-alone",
    "A common table expression that reads it alone, beside a join.",
    "RULE-1 RULE-9",
    "query-rule",
    {
      ctes: "WITH t AS (SELECT id, max(value) AS value FROM transfers_b GROUP BY id) ",
      dim: "c.branch AS channel",
      from: "accounts c JOIN t ON t.id = c.id",
      group: "c.branch",
      output: [dimension("accounts.branch", "channel"), count("people"), sum("total", "transfers-b.value")],
      owner: "bank-b",
      people: "count(DISTINCT c.id)",
      total: "sum(t.value)",
      where: "c.balance >= 0",
    },
  ),
  merchant("recipient", "Sent to somebody whom the owner does not allow.", "RULE-10", (rule) => {
    rule.allowedRecipients = ["merchant"]
  }),
  merchant("purpose", "Used for another purpose.", "RULE-10", (rule) => {
    rule.purposes = ["resale"]
  }),
  merchant("template-none", "A query that is none of the templates.", "RULE-11", (rule) => {
    rule.kind = "template"
    rule.templates = ["0".repeat(64)]
  }),
  broadcaster(
    "dominance-of-others",
    "The dominance rule of another owner than the summed column's.",
    "RULE-12",
    () => undefined,
    {
      edit: withRule("purchases", (rule) => {
        rule.dominance = []
      }),
      owner: "merchant",
    },
  ),
  merchant(
    "dominance-in-ratio",
    "A sum in a ratio needs a dominance rule.",
    "RULE-12",
    (rule) => {
      rule.dominance = []
    },
    {
      output: [dimension("subscribers.region"), count("people"), ratio("total", "purchases.amount")],
      total: "sum(p.amount) / count(DISTINCT p.id)",
    },
  ),
]

export const rules: readonly HostileQuery[] = [
  ...filters,
  ...aggregates,
  ...dimensions,
  ...rows,
  ...functionsOf,
  ...conditionFunctions,
  ...throughNames,
  ...whole,
]
