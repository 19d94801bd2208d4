import type { LegitimateQuery } from "../case.ts"
import { count, days, dimension, numbers, ratio, sum, words } from "../output.ts"
import { legitimate, people, total } from "./bases.ts"

type Rest = Parameters<typeof legitimate>[4]
const orders = (id: string, title: string, clauses: string, rest: Omit<Rest, "k">) =>
  legitimate("supply", id, title, clauses, { dominance: [{ p: 10 }], k: 20, ...rest })

/** A vendor's scorecard; the identity is an order. */
export const supply: readonly LegitimateQuery[] = [
  orders("scorecard-by-carrier", "Pieces delivered and damaged by carrier; few went by sea.", "QRY-7 GATE-7", {
    aggregates: [people(20), total(20, 0, 1500)],
    output: [dimension("deliveries.carrier"), count("shipments"), sum("delivered", "deliveries.delivered")],
    reference:
      "SELECT d.carrier, o.id, 1, sum(d.delivered), count(d.delivered) FROM orders o JOIN deliveries d ON d.id = o.id WHERE d.delivered > 0 GROUP BY ALL",
    released: 1,
    sql: "SELECT d.carrier, count(DISTINCT o.id) AS shipments, sum(d.delivered) AS delivered FROM orders o JOIN deliveries d ON d.id = o.id WHERE d.delivered > 0 GROUP BY d.carrier",
    withheld: { complement: 1, people: 1 },
  }),
  orders("damage-rate", "Damaged pieces for each piece delivered, by plant.", "QRY-7 GATE-4 GATE-9", {
    aggregates: [total(20, 0, 150), total(20, 0, 1500)],
    output: [dimension("orders.plant"), ratio("damage", "deliveries.damaged", "deliveries.delivered")],
    reference:
      "SELECT o.plant, o.id, sum(d.damaged), 1, sum(d.delivered), 1 FROM orders o JOIN deliveries d ON d.id = o.id WHERE d.delivered > 0 GROUP BY ALL",
    released: 3,
    sql: "SELECT o.plant, sum(d.damaged) / sum(d.delivered) AS damage FROM orders o JOIN deliveries d ON d.id = o.id WHERE d.delivered > 0 GROUP BY o.plant",
    withheld: {},
  }),
  orders("on-time-rate", "Which share of orders had a delivery on time?", "QRY-7 QRY-15", {
    aggregates: [people(20), people(20)],
    output: [dimension("orders.plant"), ratio("on_time")],
    reference:
      "SELECT o.plant, o.id, CAST(coalesce(bool_or(d.delivered_on <= d.promised_on), FALSE) AS INTEGER), 1 FROM orders o JOIN deliveries d ON d.id = o.id GROUP BY o.plant, o.id",
    released: 3,
    sql: "SELECT o.plant, count(DISTINCT o.id) FILTER (WHERE d.delivered_on <= d.promised_on) / count(DISTINCT o.id) AS on_time FROM orders o JOIN deliveries d ON d.id = o.id GROUP BY o.plant",
    withheld: {},
  }),
  orders("lateness", "Deliveries by how late they were.", "QRY-8 QRY-10", {
    aggregates: [people(20)],
    output: [words("late", "more", "none", "open", "week"), count("shipments")],
    reference:
      "SELECT CASE WHEN d.delivered_on IS NULL THEN 'open' WHEN d.delivered_on - d.promised_on <= 0 THEN 'none' WHEN d.delivered_on - d.promised_on <= 7 THEN 'week' ELSE 'more' END, o.id, 1 FROM orders o JOIN deliveries d ON d.id = o.id GROUP BY ALL",
    released: 4,
    sql: "SELECT CASE WHEN d.delivered_on IS NULL THEN 'open' WHEN date_diff('day', d.promised_on, d.delivered_on) <= 0 THEN 'none' WHEN date_diff('day', d.promised_on, d.delivered_on) <= 7 THEN 'week' ELSE 'more' END AS late, count(DISTINCT o.id) AS shipments FROM orders o JOIN deliveries d ON d.id = o.id GROUP BY late",
    withheld: {},
  }),
  orders("fill-rate", "Pieces delivered for each piece ordered.", "QRY-5 QRY-7 GATE-9", {
    aggregates: [total(20, 0, 1500), total(20, 0, 500)],
    output: [dimension("orders.plant"), ratio("filled", "deliveries.delivered", "orders.quantity")],
    reference:
      "SELECT o.plant, o.id, t.n, 1, o.quantity, 1 FROM orders o JOIN (SELECT id, sum(delivered) AS n FROM deliveries GROUP BY id) t ON t.id = o.id WHERE t.n > 0",
    released: 3,
    sql: "WITH t AS (SELECT id, sum(delivered) AS delivered FROM deliveries GROUP BY id) SELECT o.plant, sum(t.delivered) / sum(o.quantity) AS filled FROM orders o JOIN t ON t.id = o.id WHERE t.delivered > 0 GROUP BY o.plant",
    withheld: {},
  }),
  orders("lead-time", "Orders delivered within sixty days of ordering; an instant becomes a date.", "QRY-16", {
    aggregates: [people(20)],
    output: [dimension("orders.plant"), count("orders")],
    reference:
      "SELECT o.plant, o.id, 1 FROM orders o JOIN deliveries d ON d.id = o.id WHERE d.delivered_on - CAST(o.ordered_at AS DATE) BETWEEN 0 AND 60 GROUP BY ALL",
    released: 3,
    sql: "SELECT o.plant, count(DISTINCT o.id) AS orders FROM orders o JOIN deliveries d ON d.id = o.id WHERE date_diff('day', TRY_CAST(o.ordered_at AS DATE), d.delivered_on) BETWEEN 0 AND 60 GROUP BY o.plant",
    withheld: {},
  }),
  orders("promised-before-ordered", "A date as an instant, compared with an instant.", "QRY-16", {
    aggregates: [people(20)],
    output: [dimension("orders.plant"), count("orders")],
    reference:
      "SELECT o.plant, o.id, 1 FROM orders o JOIN deliveries d ON d.id = o.id WHERE CAST(d.promised_on AS TIMESTAMP) < o.ordered_at GROUP BY ALL",
    released: 3,
    sql: "SELECT o.plant, count(DISTINCT o.id) AS orders FROM orders o JOIN deliveries d ON d.id = o.id AND TRY_CAST(d.promised_on AS TIMESTAMP) < o.ordered_at GROUP BY o.plant",
    withheld: {},
  }),
  orders("open-orders", "Orders with a delivery that has not come, value at stake.", "QRY-15 GATE-8", {
    aggregates: [people(20), total(20, 2, 2_000_000)],
    output: [dimension("orders.plant"), count("orders"), sum("stake", "orders.value")],
    reference:
      "SELECT o.plant, o.id, 1, CAST(o.value * 100 AS BIGINT), 1 FROM orders o WHERE o.id IN (SELECT id FROM deliveries WHERE delivered_on IS NULL)",
    released: 3,
    sql: "WITH missing AS (SELECT id, count(*) AS n FROM deliveries WHERE delivered_on IS NULL GROUP BY id) SELECT o.plant, count(DISTINCT o.id) AS orders, sum(o.value) AS stake FROM orders o JOIN missing ON missing.id = o.id GROUP BY o.plant",
    withheld: {},
  }),
  orders("promised-by-quarter", "Deliveries by the quarter for which they were promised.", "QRY-8", {
    aggregates: [people(20)],
    output: [days("quarter", "quarter", "2026-01-01", "2026-07-01"), count("orders")],
    reference: "SELECT CAST(date_trunc('quarter', promised_on) AS DATE), id, 1 FROM deliveries GROUP BY ALL",
    released: 3,
    sql: "SELECT date_trunc('quarter', promised_on) AS quarter, count(DISTINCT id) AS orders FROM deliveries GROUP BY quarter",
    withheld: {},
  }),
  orders("shipments-per-order", "In how many shipments does an order come?", "QRY-6 RULE-5", {
    aggregates: [people(20)],
    output: [numbers("shipments", 0, 3), count("orders")],
    reference: "SELECT n, id, 1 FROM (SELECT id, count(delivered_on) AS n FROM deliveries GROUP BY id)",
    released: 2,
    sql: "WITH t AS (SELECT id, count(delivered_on) AS n FROM deliveries GROUP BY id) SELECT t.n AS shipments, count(DISTINCT t.id) AS orders FROM t GROUP BY t.n",
    withheld: { complement: 1, people: 1 },
  }),
  orders("value-by-odd-quantity", "Orders in dozens, and others.", "QRY-19 QRY-10", {
    aggregates: [people(20)],
    output: [words("pack", "dozens", "other"), count("orders")],
    reference: "SELECT CASE WHEN quantity % 12 = 0 THEN 'dozens' ELSE 'other' END, id, 1 FROM orders",
    released: 2,
    sql: "SELECT CASE quantity % 12 WHEN 0 THEN 'dozens' ELSE 'other' END AS pack, count(DISTINCT id) AS orders FROM orders GROUP BY pack",
    withheld: {},
  }),
  orders("difference-from-order", "How far from the ordered quantity were deliveries, in pieces?", "QRY-10 QRY-18", {
    aggregates: [total(20, 0, 1500)],
    output: [dimension("orders.plant"), sum("off", "deliveries.delivered", "orders.quantity")],
    reference:
      "SELECT o.plant, o.id, sum(abs(d.delivered - o.quantity)), 1 FROM orders o JOIN deliveries d ON d.id = o.id WHERE d.delivered <> o.quantity GROUP BY ALL",
    released: 3,
    sql: "SELECT o.plant, sum(abs(d.delivered - o.quantity)) AS off FROM orders o JOIN deliveries d ON d.id = o.id WHERE d.delivered <> o.quantity GROUP BY o.plant",
    withheld: {},
  }),
]
