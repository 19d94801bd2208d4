import type { LegitimateQuery } from "../case.ts"
import {
  avg,
  count,
  dateParameter,
  days,
  decimalParameter,
  dimension,
  instantParameter,
  integerParameter,
  ratio,
  sum,
  words,
} from "../output.ts"
import { legitimate, mean, people, total } from "./bases.ts"

type Rest = Parameters<typeof legitimate>[4]
const media = (id: string, title: string, clauses: string, rest: Omit<Rest, "dominance" | "k">) =>
  legitimate("media", id, title, clauses, { dominance: [{ p: 10 }], k: 20, ...rest })
const totals = "(SELECT id, sum(amount) AS amount FROM purchases GROUP BY id)"
const costs = "(SELECT id, sum(cost) AS cost FROM impressions GROUP BY id)"
const lastTouch = "(SELECT id, arg_max(campaign, shown_at) AS campaign FROM impressions GROUP BY id)"
const firstTouch = "(SELECT id, arg_min(campaign, shown_at) AS campaign FROM impressions GROUP BY id)"
const touched = (table: string) =>
  `SELECT t.campaign, t.id, 1, sum(CAST(p.amount * 100 AS BIGINT)), count(p.amount) FROM ${table} t JOIN purchases p ON p.id = t.id GROUP BY ALL`

/** Attribution of sales, conversion, baskets. */
export const sales: readonly LegitimateQuery[] = [
  media("last-touch", "Sales by the last campaign that somebody saw.", "QRY-5 QRY-6 RULE-1 RULE-13", {
    aggregates: [people(20, 5), total(20, 2, 1_250_000)],
    output: [dimension("impressions.campaign"), count("buyers"), sum("sales", "purchases.amount")],
    reference: touched(lastTouch),
    released: 2,
    sql: "WITH t AS (SELECT id, arg_max(campaign, shown_at) AS campaign FROM impressions GROUP BY id) SELECT t.campaign, count(DISTINCT t.id) AS buyers, sum(p.amount) AS sales FROM t JOIN purchases p ON p.id = t.id GROUP BY t.campaign",
    withheld: { complement: 1, people: 1 },
  }),
  media("first-touch", "Sales by the first campaign that somebody saw.", "QRY-5 QRY-6 RULE-1", {
    aggregates: [people(20, 5), total(20, 2, 1_250_000)],
    output: [dimension("impressions.campaign"), count("buyers"), sum("sales", "purchases.amount")],
    reference: touched(firstTouch),
    released: 2,
    sql: "WITH t AS (SELECT id, arg_min(campaign, shown_at) AS campaign FROM impressions GROUP BY id) SELECT t.campaign, count(DISTINCT t.id) AS buyers, sum(p.amount) AS sales FROM t JOIN purchases p ON p.id = t.id GROUP BY t.campaign",
    withheld: { complement: 1, people: 1 },
  }),
  media("window-fourteen-days", "Buyers within fourteen days of seeing a campaign.", "QRY-3 QRY-10 RULE-2", {
    aggregates: [people(20, 5)],
    output: [dimension("impressions.campaign"), count("buyers")],
    reference:
      "SELECT i.campaign, i.id, 1 FROM impressions i JOIN purchases p ON p.id = i.id WHERE epoch(p.bought_at) - epoch(i.shown_at) >= 0 AND epoch(p.bought_at) - epoch(i.shown_at) < 14 * 86400 GROUP BY ALL",
    released: 2,
    sql: "SELECT i.campaign, count(DISTINCT i.id) AS buyers FROM impressions i JOIN purchases p ON p.id = i.id AND p.bought_at >= i.shown_at AND p.bought_at < i.shown_at + INTERVAL 14 DAY GROUP BY i.campaign",
    withheld: { complement: 1, people: 1 },
  }),
  media("window-by-parameter", "Buyers within as many days as a parameter says.", "QRY-14", {
    aggregates: [people(20, 5)],
    output: [dimension("impressions.placement"), count("buyers")],
    parameters: [{ declared: integerParameter("days", 1, 30), value: 7 }],
    reference:
      "SELECT i.placement, i.id, 1 FROM impressions i JOIN purchases p ON p.id = i.id WHERE epoch(p.bought_at) - epoch(i.shown_at) BETWEEN 0 AND 7 * 86400 GROUP BY ALL",
    released: 3,
    sql: "SELECT i.placement, count(DISTINCT i.id) AS buyers FROM impressions i JOIN purchases p ON p.id = i.id AND p.bought_at BETWEEN i.shown_at AND i.shown_at + INTERVAL ($days) DAY GROUP BY i.placement",
    withheld: {},
  }),
  media("window-by-date-diff", "Buyers within thirty calendar days.", "QRY-10", {
    aggregates: [people(20, 5)],
    output: [dimension("impressions.placement"), count("buyers")],
    reference:
      "SELECT i.placement, i.id, 1 FROM impressions i JOIN purchases p ON p.id = i.id WHERE CAST(p.bought_at AS DATE) - CAST(i.shown_at AS DATE) BETWEEN 0 AND 30 GROUP BY ALL",
    released: 3,
    sql: "SELECT i.placement, count(DISTINCT i.id) AS buyers FROM impressions i JOIN purchases p ON p.id = i.id WHERE date_diff('day', i.shown_at, p.bought_at) BETWEEN 0 AND 30 GROUP BY i.placement",
    withheld: {},
  }),
  media(
    "window-in-cte",
    "The last campaign seen before buying, in one common table expression with a join.",
    "QRY-3 QRY-5 QRY-6",
    {
      aggregates: [people(20, 5), total(20, 2, 250_000)],
      output: [dimension("impressions.campaign"), count("buyers"), sum("largest", "purchases.amount")],
      reference:
        "SELECT arg_max(i.campaign, i.shown_at), p.id, 1, CAST(max(p.amount) * 100 AS BIGINT), 1 FROM purchases p JOIN impressions i ON i.id = p.id AND i.shown_at <= p.bought_at GROUP BY p.id",
      released: 2,
      sql: "WITH t AS (SELECT p.id, arg_max(i.campaign, i.shown_at) AS campaign, max(p.amount) AS amount FROM purchases p JOIN impressions i ON i.id = p.id AND i.shown_at <= p.bought_at GROUP BY p.id) SELECT t.campaign, count(DISTINCT t.id) AS buyers, sum(t.amount) AS largest FROM t GROUP BY t.campaign",
      withheld: { complement: 1, people: 1 },
    },
  ),
  media("exposed-before-first-purchase", "Who saw an advertisement before the first purchase?", "QRY-6", {
    aggregates: [people(20, 5)],
    output: [dimension("impressions.placement"), count("people")],
    reference:
      "SELECT i.placement, i.id, 1 FROM impressions i JOIN (SELECT id, min(bought_at) AS at FROM purchases GROUP BY id) f ON f.id = i.id WHERE i.shown_at < f.at GROUP BY ALL",
    released: 3,
    sql: "WITH f AS (SELECT id, min(bought_at) AS bought FROM purchases GROUP BY id) SELECT i.placement, count(DISTINCT i.id) AS people FROM impressions i JOIN f ON f.id = i.id AND i.shown_at < f.bought GROUP BY i.placement",
    withheld: {},
  }),
  media("conversion-rate", "Which share of a region's subscribers bought?", "QRY-3 QRY-7 QRY-19 GATE-3 GATE-9", {
    aggregates: [people(20, 5), people(20, 5)],
    optional: ["merchant"],
    output: [dimension("subscribers.region"), ratio("rate")],
    reference:
      "SELECT s.region, s.id, CAST(s.id IN (SELECT id FROM purchases) AS INTEGER), 1, s.id IN (SELECT id FROM purchases) FROM subscribers s",
    released: 2,
    sql: "SELECT s.region, count(DISTINCT p.id) / count(DISTINCT s.id) AS rate FROM subscribers s LEFT JOIN purchases p ON p.id = s.id GROUP BY s.region",
    withheld: { complement: 1, people: 1 },
  }),
  media("cost-per-buyer", "What did a buyer cost?", "QRY-7 GATE-9 RULE-13", {
    aggregates: [total(20, 2, 20_000), people(20, 5)],
    optional: ["merchant"],
    output: [dimension("subscribers.region"), ratio("cost", "impressions.cost")],
    reference: `SELECT s.region, s.id, CAST(c.cost * 100 AS BIGINT), 1, CAST(b.id IS NOT NULL AS INTEGER), b.id IS NOT NULL FROM subscribers s JOIN ${costs} c ON c.id = s.id LEFT JOIN ${totals} b ON b.id = s.id`,
    released: 2,
    sql: "WITH c AS (SELECT id, sum(cost) AS cost FROM impressions GROUP BY id), b AS (SELECT id, sum(amount) AS amount FROM purchases GROUP BY id) SELECT s.region, sum(c.cost) / count(DISTINCT b.id) AS cost FROM subscribers s JOIN c ON c.id = s.id LEFT JOIN b ON b.id = s.id GROUP BY s.region",
    withheld: { complement: 1, people: 1 },
  }),
  media("return-on-spend", "Sales for each unit of cost, by last campaign.", "QRY-7 GATE-9", {
    aggregates: [total(20, 2, 1_250_000), total(20, 2, 20_000)],
    output: [dimension("impressions.campaign"), ratio("returned", "purchases.amount", "impressions.cost")],
    reference: `SELECT t.campaign, t.id, CAST(b.amount * 100 AS BIGINT), 1, CAST(c.cost * 100 AS BIGINT), 1 FROM ${lastTouch} t JOIN ${costs} c ON c.id = t.id JOIN ${totals} b ON b.id = t.id`,
    released: 2,
    sql: "WITH c AS (SELECT id, arg_max(campaign, shown_at) AS campaign, sum(cost) AS cost FROM impressions GROUP BY id), b AS (SELECT id, sum(amount) AS amount FROM purchases GROUP BY id) SELECT c.campaign, sum(b.amount) / sum(c.cost) AS returned FROM c JOIN b ON b.id = c.id GROUP BY c.campaign",
    withheld: { complement: 1, people: 1 },
  }),
  media("three-parties", "Publisher, merchant and broadcaster: sales to exposed subscribers.", "QRY-3 RULE-13", {
    aggregates: [people(20, 5), total(20, 2, 1_250_000)],
    output: [dimension("subscribers.region"), count("buyers"), sum("sales", "purchases.amount")],
    reference: `SELECT s.region, s.id, 1, CAST(b.amount * 100 AS BIGINT), 1 FROM subscribers s JOIN ${costs} c ON c.id = s.id JOIN ${totals} b ON b.id = s.id`,
    released: 2,
    sql: "WITH seen AS (SELECT id, count(*) AS times FROM impressions GROUP BY id), b AS (SELECT id, sum(amount) AS amount FROM purchases GROUP BY id) SELECT s.region, count(DISTINCT s.id) AS buyers, sum(b.amount) AS sales FROM subscribers s JOIN seen ON seen.id = s.id JOIN b ON b.id = seen.id GROUP BY s.region",
    withheld: { complement: 1, people: 1 },
  }),
  media("basket-by-category", "The average purchase by category.", "QRY-7 GATE-9 RULE-12", {
    aggregates: [people(20, 5), mean(20, 2, 1_250_000, 5)],
    output: [dimension("purchases.category"), count("buyers"), avg("basket", "purchases.amount")],
    reference: "SELECT category, id, 1, sum(CAST(amount * 100 AS BIGINT)), count(amount) FROM purchases GROUP BY ALL",
    released: 3,
    sql: "SELECT category, count(DISTINCT id) AS buyers, avg(amount) AS basket FROM purchases GROUP BY category",
    withheld: {},
  }),
  media("sales-after-discount", "Sales as they would be with ten percent off.", "QRY-18 RULE-7", {
    aggregates: [total(20, 3, 11_300_000)],
    output: [dimension("purchases.category"), sum("sales", "purchases.amount")],
    reference: "SELECT category, id, sum(CAST(amount * 900 AS BIGINT)), count(amount) FROM purchases GROUP BY ALL",
    released: 3,
    sql: "SELECT category, sum(amount * 0.9) AS sales FROM purchases GROUP BY category",
    withheld: {},
  }),
  media("sales-of-large", "Purchases above an amount by parameter.", "QRY-14", {
    aggregates: [people(20, 5)],
    output: [dimension("purchases.category"), count("buyers")],
    parameters: [{ declared: decimalParameter("least", 2, "0", "500"), value: "49.9" }],
    reference: "SELECT category, id, 1 FROM purchases WHERE amount >= 49.90 GROUP BY ALL",
    released: 3,
    sql: "SELECT category, count(DISTINCT id) AS buyers FROM purchases WHERE amount >= $least GROUP BY category",
    withheld: {},
  }),
  media("sales-in-period", "Purchases in a period by two parameters.", "QRY-14", {
    aggregates: [people(20, 5), total(20, 2, 1_250_000)],
    output: [dimension("subscribers.region"), count("buyers"), sum("sales", "purchases.amount")],
    parameters: [
      {
        declared: instantParameter("since", "2026-01-01T00:00:00Z", "2026-04-30T00:00:00Z"),
        value: "2026-02-01T00:00:00Z",
      },
      {
        declared: instantParameter("until", "2026-01-01T00:00:00Z", "2026-04-30T00:00:00Z"),
        value: "2026-03-31T12:00:00Z",
      },
    ],
    reference:
      "SELECT s.region, s.id, 1, sum(CAST(p.amount * 100 AS BIGINT)), count(p.amount) FROM subscribers s JOIN purchases p ON p.id = s.id WHERE p.bought_at BETWEEN TIMESTAMP '2026-02-01 00:00:00' AND TIMESTAMP '2026-03-31 12:00:00' GROUP BY ALL",
    released: 2,
    sql: "SELECT s.region, count(DISTINCT s.id) AS buyers, sum(p.amount) AS sales FROM subscribers s JOIN purchases p ON p.id = s.id WHERE p.bought_at BETWEEN $since AND $until GROUP BY s.region",
    withheld: { complement: 1, people: 1 },
  }),
  media("sales-to-old-subscribers", "Sales to those who joined before a date by parameter.", "QRY-14", {
    aggregates: [people(20, 5)],
    output: [dimension("subscribers.plan"), count("buyers")],
    parameters: [{ declared: dateParameter("before", "2016-01-01", "2026-01-01"), value: "2020-01-01" }],
    reference:
      "SELECT s.plan, s.id, 1 FROM subscribers s JOIN purchases p ON p.id = s.id WHERE s.joined_on < DATE '2020-01-01' GROUP BY ALL",
    released: 3,
    sql: "SELECT s.plan, count(DISTINCT s.id) AS buyers FROM subscribers s JOIN purchases p ON p.id = s.id WHERE s.joined_on < $before GROUP BY s.plan",
    withheld: {},
  }),
  media("sales-by-month", "Sales by month.", "QRY-8", {
    aggregates: [total(20, 2, 1_250_000)],
    output: [days("month", "month", "2026-01-01", "2026-04-01"), sum("sales", "purchases.amount")],
    reference:
      "SELECT strftime(bought_at, '%Y-%m-01'), id, sum(CAST(amount * 100 AS BIGINT)), count(amount) FROM purchases GROUP BY ALL",
    released: 4,
    sql: "SELECT date_trunc('month', bought_at) AS month, sum(amount) AS sales FROM purchases GROUP BY month",
    withheld: {},
  }),
  media("buyers-of-sport", "Buyers of one category among all, by FILTER.", "QRY-7 GATE-3 GATE-4", {
    aggregates: [people(20, 5), people(20, 5)],
    output: [dimension("subscribers.region"), count("buyers"), count("sport")],
    reference:
      "SELECT s.region, s.id, 1, CAST(bool_or(p.category = 'sport') AS INTEGER) FROM subscribers s JOIN purchases p ON p.id = s.id GROUP BY s.region, s.id",
    released: 2,
    sql: "SELECT s.region, count(DISTINCT s.id) AS buyers, count(DISTINCT s.id) FILTER (WHERE p.category = 'sport') AS sport FROM subscribers s JOIN purchases p ON p.id = s.id GROUP BY s.region",
    withheld: { complement: 1, people: 1 },
  }),
  media("refund-share", "Which share of buyers returned something?", "QRY-7 GATE-3", {
    aggregates: [people(20, 5), people(20, 5)],
    output: [dimension("purchases.category"), ratio("refunded")],
    reference: "SELECT category, id, CAST(bool_or(refunded) AS INTEGER), 1 FROM purchases GROUP BY category, id",
    released: 3,
    sql: "SELECT category, count(DISTINCT id) FILTER (WHERE refunded) / count(DISTINCT id) AS refunded FROM purchases GROUP BY category",
    withheld: {},
  }),
  media("repeat-purchases", "Who bought again within seven days?", "QRY-3 QRY-18", {
    aggregates: [people(20, 5)],
    output: [dimension("purchases.category"), count("buyers")],
    reference:
      "SELECT p.category, p.id, 1 FROM purchases p, purchases q WHERE p.id = q.id AND epoch(q.bought_at) - epoch(p.bought_at) > 0 AND epoch(q.bought_at) - epoch(p.bought_at) <= 7 * 86400 GROUP BY ALL",
    released: 3,
    sql: "SELECT p.category, count(DISTINCT p.id) AS buyers FROM purchases p JOIN purchases q ON q.id = p.id AND q.bought_at > p.bought_at AND q.bought_at <= p.bought_at + INTERVAL '7 days' GROUP BY p.category",
    withheld: {},
  }),
  media("recent-or-lapsed", "Buyers by how long ago the last purchase was.", "QRY-8", {
    aggregates: [people(20, 5)],
    output: [words("state", "lapsed", "recent"), count("buyers")],
    reference:
      "SELECT CASE WHEN DATE '2026-05-01' - CAST(max(bought_at) AS DATE) <= 30 THEN 'recent' ELSE 'lapsed' END, id, 1 FROM purchases GROUP BY id",
    released: 2,
    sql: "WITH l AS (SELECT id, max(bought_at) AS bought FROM purchases GROUP BY id) SELECT CASE WHEN date_diff('day', l.bought, TIMESTAMP '2026-05-01 00:00:00') <= 30 THEN 'recent' ELSE 'lapsed' END AS state, count(DISTINCT l.id) AS buyers FROM l GROUP BY state",
    withheld: {},
  }),
  media("spend-bands", "Subscribers by what they spent in all.", "QRY-8 RULE-4", {
    aggregates: [people(20, 5)],
    output: [words("band", "little", "much", "some"), count("people")],
    reference: `SELECT CASE WHEN b.amount < 50 THEN 'little' WHEN b.amount < 200 THEN 'some' ELSE 'much' END, s.id, 1 FROM subscribers s JOIN ${totals} b ON b.id = s.id`,
    released: 3,
    sql: "WITH b AS (SELECT id, sum(amount) AS amount FROM purchases GROUP BY id) SELECT CASE WHEN b.amount < 50 THEN 'little' WHEN b.amount < 200 THEN 'some' ELSE 'much' END AS band, count(DISTINCT s.id) AS people FROM subscribers s JOIN b ON b.id = s.id GROUP BY band",
    withheld: {},
  }),
  media("items-in-decimals", "Items as decimals, so that they mix with amounts.", "QRY-15 QRY-16 RULE-7", {
    aggregates: [total(20, 2, 1_280_000)],
    output: [dimension("purchases.category"), sum("handled", "purchases.amount", "purchases.items")],
    reference:
      "SELECT category, id, sum(CAST(amount * 100 AS BIGINT) + items * 100), count(amount) FROM purchases GROUP BY ALL",
    released: 3,
    sql: "SELECT category, sum(amount + TRY_CAST(items AS DECIMAL(18, 2))) AS handled FROM purchases GROUP BY category",
    withheld: {},
  }),
  media("young-and-sport", "Two overlapping counts of one row.", "QRY-7 GATE-11", {
    aggregates: [people(20, 5), people(20, 5)],
    output: [dimension("subscribers.region"), count("young"), count("sport")],
    reference:
      "SELECT s.region, s.id, CAST(s.age < 50 AS INTEGER), CAST(bool_or(p.category = 'sport') AS INTEGER) FROM subscribers s JOIN purchases p ON p.id = s.id GROUP BY s.region, s.id, s.age",
    released: 2,
    sql: "SELECT s.region, count(DISTINCT s.id) FILTER (WHERE s.age < 50) AS young, count(DISTINCT s.id) FILTER (WHERE p.category = 'sport') AS sport FROM subscribers s JOIN purchases p ON p.id = s.id GROUP BY s.region",
    withheld: { complement: 1, people: 1 },
  }),
  media("adults-and-elderly", "Two counts that few people set apart.", "GATE-11", {
    aggregates: [people(20, 5), people(20, 5)],
    output: [dimension("subscribers.region"), count("adults"), count("elderly")],
    reference:
      "SELECT s.region, s.id, CAST(s.age >= 60 AS INTEGER), CAST(s.age >= 62 AS INTEGER) FROM subscribers s JOIN purchases p ON p.id = s.id GROUP BY s.region, s.id, s.age",
    released: 0,
    sql: "SELECT s.region, count(DISTINCT s.id) FILTER (WHERE s.age >= 60) AS adults, count(DISTINCT s.id) FILTER (WHERE s.age >= 62) AS elderly FROM subscribers s JOIN purchases p ON p.id = s.id GROUP BY s.region",
    withheld: { alike: 3, people: 1 },
  }),
  media(
    "two-left-joins",
    "Seen, bought, or neither: two owners that not everybody is known to.",
    "QRY-3 GATE-2 GATE-3",
    {
      aggregates: [people(20, 5), people(20, 5), people(20, 5)],
      optional: ["publisher", "merchant"],
      output: [dimension("subscribers.region"), count("people"), count("seen"), count("bought")],
      reference:
        "SELECT s.region, s.id, 1, CAST(s.id IN (SELECT id FROM impressions) AS INTEGER), CAST(s.id IN (SELECT id FROM purchases) AS INTEGER), s.id IN (SELECT id FROM impressions), s.id IN (SELECT id FROM purchases) FROM subscribers s",
      released: 2,
      sql: "SELECT s.region, count(DISTINCT s.id) AS people, count(DISTINCT i.id) AS seen, count(DISTINCT p.id) AS bought FROM subscribers s LEFT JOIN impressions i ON i.id = s.id LEFT JOIN purchases p ON p.id = s.id GROUP BY s.region",
      withheld: { complement: 1, people: 1 },
    },
  ),
  media("left-then-inner", "An inner join tied to a left one makes that an inner one.", "QRY-3", {
    aggregates: [people(20, 5)],
    output: [dimension("subscribers.region"), count("people")],
    reference:
      "SELECT s.region, s.id, 1 FROM subscribers s WHERE s.id IN (SELECT id FROM impressions) AND s.id IN (SELECT id FROM purchases)",
    released: 2,
    sql: "SELECT s.region, count(DISTINCT s.id) AS people FROM subscribers s LEFT JOIN impressions i ON i.id = s.id JOIN purchases p ON p.id = i.id GROUP BY s.region",
    withheld: { complement: 1, people: 1 },
  }),
  media(
    "left-join-of-two-owners",
    "A common table expression of two owners, joined by LEFT JOIN.",
    "QRY-3 QRY-5 GATE-3",
    {
      aggregates: [people(20, 5), people(20, 5)],
      optional: ["publisher", "merchant"],
      output: [dimension("subscribers.plan"), ratio("converted")],
      reference:
        "SELECT s.plan, s.id, CAST(t.id IS NOT NULL AS INTEGER), 1, t.id IS NOT NULL, t.id IS NOT NULL FROM subscribers s LEFT JOIN (SELECT DISTINCT i.id FROM impressions i JOIN purchases p ON p.id = i.id AND p.bought_at > i.shown_at) t ON t.id = s.id",
      released: 3,
      sql: "WITH t AS (SELECT i.id, count(*) AS pairs FROM impressions i JOIN purchases p ON p.id = i.id AND p.bought_at > i.shown_at GROUP BY i.id) SELECT s.plan, count(DISTINCT t.id) / count(DISTINCT s.id) AS converted FROM subscribers s LEFT JOIN t ON t.id = s.id GROUP BY s.plan",
      withheld: {},
    },
  ),
  media("left-join-with-filter", "A filter on the optional side keeps its owner optional.", "QRY-3 GATE-3", {
    aggregates: [people(20, 5), total(20, 2, 1_250_000)],
    optional: ["merchant"],
    output: [dimension("subscribers.region"), count("people"), sum("sales", "purchases.amount")],
    reference:
      "SELECT s.region, s.id, 1, sum(CAST(p.amount * 100 AS BIGINT)), count(p.amount), TRUE FROM subscribers s JOIN purchases p ON p.id = s.id WHERE p.category = 'food' GROUP BY s.region, s.id",
    released: 2,
    sql: "SELECT s.region, count(DISTINCT s.id) AS people, sum(p.amount) AS sales FROM subscribers s LEFT JOIN purchases p ON p.id = s.id WHERE p.category = 'food' GROUP BY s.region",
    withheld: { complement: 1, people: 1 },
  }),
]
