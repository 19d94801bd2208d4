import { queryDigest } from "../../../shared/query/template.ts"
import type { LegitimateQuery } from "../case.ts"
import { count, days, dimension, numbers, sum, textParameter } from "../output.ts"
import { legitimate, people, total } from "./bases.ts"

type Rest = Parameters<typeof legitimate>[4]
const media = (
  id: string,
  title: string,
  clauses: string,
  rest: Omit<Rest, "dominance" | "k"> & { readonly k?: number },
) => legitimate("media", id, title, clauses, { dominance: [{ p: 10 }], k: 20, ...rest })
const cents = "sum(CAST(p.amount * 100 AS BIGINT)), count(p.amount)"
const bought = "subscribers s JOIN purchases p ON p.id = s.id"
const OVERLAP = `SELECT s.region, count(DISTINCT s.id) AS people FROM ${bought} WHERE s.age >= 18 GROUP BY s.region`
const overlap = {
  aggregates: [people(20, 5)],
  output: [dimension("subscribers.region"), count("people")],
  reference: `SELECT s.region, s.id, 1 FROM ${bought} GROUP BY ALL`,
  released: 2,
  withheld: { complement: 1, people: 1 },
}

/** What the profile allows and the other cases do not need. */
export const profile: readonly LegitimateQuery[] = [
  media("food-among-others", "Sales of food to whoever does not only buy for sport.", "QRY-7 QRY-10 GATE-3", {
    aggregates: [people(20, 5), total(20, 2, 1_250_000)],
    output: [dimension("subscribers.region"), count("buyers"), sum("food", "purchases.amount")],
    reference: `SELECT s.region, s.id, 1, sum(CAST(p.amount * 100 AS BIGINT)) FILTER (WHERE p.category = 'food'), 1 FROM ${bought} WHERE p.category NOT IN ('sport') AND s.joined_on >= DATE '2018-01-01' GROUP BY s.region, s.id`,
    released: 2,
    sql: `SELECT s.region, count(DISTINCT s.id) AS buyers, sum(p.amount) FILTER (WHERE p.category = 'food') AS food FROM ${bought} WHERE p.category NOT IN ('sport') AND s.joined_on >= DATE '2018-01-01' GROUP BY s.region`,
    withheld: { "left-out": 1, people: 1 },
  }),
  media("net-of-fee", "Sales less a fee, at least a little.", "QRY-15 QRY-18 RULE-7", {
    aggregates: [total(20, 2, 1_250_000)],
    output: [dimension("purchases.category"), sum("net", "purchases.amount")],
    reference:
      "SELECT category, id, sum(CAST(greatest(amount - 0.5, 0.1) * 100 AS BIGINT)), 1 FROM purchases GROUP BY ALL",
    released: 3,
    sql: "SELECT category, sum(greatest(amount - 0.5, 0.1)) AS net FROM purchases GROUP BY category",
    withheld: {},
  }),
  media("sales-in-whole-units", "Amounts as whole numbers.", "QRY-16", {
    aggregates: [total(20, 0, 12_500)],
    output: [dimension("purchases.category"), sum("sales", "purchases.amount")],
    reference:
      "SELECT category, id, sum(CAST(amount AS BIGINT)), 1 FROM purchases WHERE CAST(amount AS INTEGER) >= 2 GROUP BY ALL",
    released: 3,
    sql: "SELECT category, sum(TRY_CAST(amount AS BIGINT)) AS sales FROM purchases WHERE TRY_CAST(amount AS INTEGER) >= 2 GROUP BY category",
    withheld: {},
  }),
  media("again-within-two-weeks", "Bought again, not at once and within two weeks.", "QRY-10 QRY-18", {
    aggregates: [people(20, 5)],
    output: [dimension("purchases.category"), count("buyers")],
    reference:
      "SELECT p.category, p.id, 1 FROM purchases p JOIN purchases q ON q.id = p.id WHERE epoch(q.bought_at) - epoch(p.bought_at) > 30 AND epoch(q.bought_at) - epoch(p.bought_at) < 14 * 86400 GROUP BY ALL",
    released: 3,
    sql: "SELECT p.category, count(DISTINCT p.id) AS buyers FROM purchases p JOIN purchases q ON q.id = p.id AND q.bought_at > p.bought_at + INTERVAL 30 SECOND WHERE q.bought_at - INTERVAL 2 WEEK < p.bought_at GROUP BY p.category",
    withheld: {},
  }),
  media("office-hours", "Parts of an instant by functions of their own.", "QRY-10", {
    aggregates: [people(20, 5)],
    output: [numbers("bought", 1, 12), numbers("joined", 1, 4), count("buyers")],
    reference: `SELECT month(p.bought_at), quarter(s.joined_on), s.id, 1 FROM ${bought} WHERE day(p.bought_at) <= 15 AND hour(p.bought_at) BETWEEN 8 AND 20 AND isodow(p.bought_at) < 6 GROUP BY ALL`,
    released: 16,
    sql: `SELECT month(p.bought_at) AS bought, quarter(s.joined_on) AS joined, count(DISTINCT s.id) AS buyers FROM ${bought} WHERE day(p.bought_at) <= 15 AND hour(p.bought_at) BETWEEN 8 AND 20 AND isodow(p.bought_at) < 6 GROUP BY bought, joined`,
    withheld: {},
  }),
  media("food-by-case", "A CASE without a value for others.", "QRY-15 QRY-20", {
    aggregates: [total(20, 2, 1_250_000)],
    output: [dimension("subscribers.region"), sum("food", "purchases.amount")],
    reference: `SELECT s.region, s.id, sum(CAST(p.amount * 100 AS BIGINT)) FILTER (WHERE p.category = 'food'), 1 FROM ${bought} GROUP BY s.region, s.id`,
    released: 2,
    sql: `SELECT s.region, sum(CASE WHEN p.category = 'food' THEN p.amount ELSE NULL END) AS food FROM ${bought} GROUP BY s.region`,
    withheld: { complement: 1, people: 1 },
  }),
  media("largest-food-purchase", "The largest purchase of food of each person, added up.", "QRY-6", {
    aggregates: [people(20, 5), total(20, 2, 250_000)],
    output: [dimension("subscribers.region"), count("buyers"), sum("largest", "purchases.amount")],
    reference: `SELECT s.region, s.id, 1, CAST(max(p.amount) * 100 AS BIGINT), 1 FROM ${bought} WHERE p.category = 'food' GROUP BY s.region, s.id`,
    released: 2,
    sql: "WITH t AS (SELECT id, max(amount) FILTER (WHERE category = 'food') AS food FROM purchases GROUP BY id) SELECT s.region, count(DISTINCT s.id) AS buyers, sum(t.food) AS largest FROM subscribers s JOIN t ON t.id = s.id WHERE t.food IS NOT NULL GROUP BY s.region",
    withheld: { complement: 1, people: 1 },
  }),
  media("liabilities", "Amounts with the sign turned.", "QRY-10 GATE-8", {
    aggregates: [total(20, 2, 1_250_000)],
    output: [dimension("purchases.category"), sum("owed", "purchases.amount")],
    reference: "SELECT p.category, p.id, -sum(CAST(p.amount * 100 AS BIGINT)), 1 FROM purchases p GROUP BY ALL",
    released: 3,
    sql: "SELECT category, sum(-amount) AS owed FROM purchases GROUP BY category",
    withheld: {},
  }),
  media("large-constant", "A constant of 64 bits that no age reaches.", "QRY-15 QRY-17", {
    ...overlap,
    sql: OVERLAP.replace("s.age >= 18", "s.age < 3000000000"),
  }),
  media("adults", "A common table expression that only picks rows.", "QRY-5 RULE-2", {
    ...overlap,
    reference: `SELECT s.region, s.id, 1 FROM ${bought} WHERE s.age >= 60 GROUP BY ALL`,
    sql: "WITH older AS (SELECT id, region FROM subscribers WHERE age >= 60) SELECT older.region, count(DISTINCT older.id) AS people FROM older JOIN purchases p ON p.id = older.id GROUP BY older.region",
  }),
  media("categories-per-person", "People by category, each category once a person.", "QRY-5 RULE-4", {
    aggregates: [people(20, 5), total(20, 2, 6_250_000)],
    output: [dimension("purchases.category"), count("buyers"), sum("sales", "purchases.amount")],
    reference: `SELECT p.category, p.id, 1, ${cents} FROM purchases p GROUP BY ALL`,
    released: 3,
    sql: "WITH t AS (SELECT id, category, sum(amount) AS amount FROM purchases GROUP BY id, category) SELECT t.category, count(DISTINCT t.id) AS buyers, sum(t.amount) AS sales FROM t GROUP BY t.category",
    withheld: {},
  }),
  media("months-per-person", "People by month, computed in a common table expression.", "QRY-5 QRY-8", {
    aggregates: [people(20, 5)],
    output: [days("month", "month", "2026-01-01", "2026-04-01"), count("buyers")],
    reference: "SELECT strftime(bought_at, '%Y-%m-01'), id, 1 FROM purchases GROUP BY ALL",
    released: 4,
    sql: "WITH t AS (SELECT id, date_trunc('month', bought_at) AS month FROM purchases) SELECT t.month, count(DISTINCT t.id) AS buyers FROM t GROUP BY t.month",
    withheld: {},
  }),
  media("harmless-parameter", "A value that looks like SQL is bound: it is text that no region is.", "QRY-14", {
    ...overlap,
    parameters: [{ declared: textParameter("region", "east", "x' OR 'a' = 'a"), value: "x' OR 'a' = 'a" }],
    reference: `SELECT s.region, s.id, 1 FROM ${bought} WHERE FALSE GROUP BY ALL`,
    released: 0,
    sql: OVERLAP.replace("s.age >= 18", "s.region = $region"),
    withheld: {},
  }),
  media("template", "A query that the owner listed.", "RULE-11", {
    ...overlap,
    edit: ({ datasets, queries: [query] }) => {
      for (const { name, rule } of datasets) {
        if (name !== "purchases" || query === undefined) continue
        rule.kind = "template"
        rule.templates = [queryDigest(query)]
      }
    },
    sql: OVERLAP,
  }),
  media("small-groups-by-name", "Five people are enough where somebody put a name to it.", "RULE-16 GATE-2", {
    ...overlap,
    aggregates: [people(5, 5)],
    edit: ({ datasets }) => {
      for (const { rule } of datasets) {
        rule.threshold.minIdentities = 5
        rule.threshold.override = { approvedBy: "Ada", reason: "a pilot" }
      }
    },
    k: 5,
    released: 4,
    sql: OVERLAP,
    withheld: {},
  }),
  media(
    "other-ways-to-write",
    "Small letters, quotes, comments, parentheses and line feeds change nothing.",
    "QRY-12 QRY-21",
    {
      ...overlap,
      sql: `select s."region", count(distinct s.id) as people -- who\nfrom subscribers as s /* and */ inner join "purchases" p on ((p.id = s.id))\nwhere ${"(".repeat(60)}s.age >= 18${")".repeat(60)} group by (s.region);`,
    },
  ),
]
