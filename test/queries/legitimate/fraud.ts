import type { LegitimateQuery } from "../case.ts"
import { avg, count, dimension, integerParameter, numbers, ratio, sum, words } from "../output.ts"
import { legitimate, mean, people, total } from "./bases.ts"

type Rest = Parameters<typeof legitimate>[4]
const BOTH = [{ k: 60, n: 2 }, { p: 20 }]
const banks = (id: string, title: string, clauses: string, rest: Omit<Rest, "k"> & { readonly k?: number }) =>
  legitimate("fraud", id, title, clauses, { dominance: BOTH, k: 25, ...rest })
const seconds = "epoch(b.received_at) - epoch(a.sent_at)"
const pairs = `"transfers-a" a JOIN "transfers-b" b ON b.id = a.id`

/** Fraud between two banks, whose times and risk never meet a literal. */
export const fraud: readonly LegitimateQuery[] = [
  banks("velocity", "Money in at one bank within ten minutes of money out at the other.", "RULE-6 RULE-9 QRY-3", {
    aggregates: [people(25)],
    output: [dimension("transfers-a.channel"), count("people")],
    reference: `SELECT a.channel, a.id, 1 FROM ${pairs} WHERE ${seconds} BETWEEN 0 AND 600 GROUP BY ALL`,
    released: 3,
    sql: "SELECT a.channel, count(DISTINCT a.id) AS people FROM transfers_a a JOIN transfers_b b ON b.id = a.id AND b.received_at BETWEEN a.sent_at AND a.sent_at + INTERVAL 10 MINUTE GROUP BY a.channel",
    withheld: {},
  }),
  banks("velocity-by-parameter", "The minutes are a parameter.", "QRY-14 RULE-6", {
    aggregates: [people(25)],
    output: [dimension("transfers-b.channel"), count("people")],
    parameters: [{ declared: integerParameter("minutes", 1, 120), value: 25 }],
    reference: `SELECT b.channel, a.id, 1 FROM ${pairs} WHERE ${seconds} > 0 AND ${seconds} < 1500 GROUP BY ALL`,
    released: 3,
    sql: "SELECT b.channel, count(DISTINCT a.id) AS people FROM transfers_a a JOIN transfers_b b ON b.id = a.id WHERE b.received_at > a.sent_at AND b.received_at < a.sent_at + INTERVAL ($minutes) MINUTE GROUP BY b.channel",
    withheld: {},
  }),
  banks("velocity-by-difference", "The distance of two times that never meet a literal is free.", "RULE-6 QRY-10", {
    aggregates: [people(25)],
    output: [dimension("transfers-a.channel"), count("people")],
    reference: `SELECT a.channel, a.id, 1 FROM ${pairs} WHERE date_diff('minute', a.sent_at, b.received_at) BETWEEN 0 AND 15 GROUP BY ALL`,
    released: 3,
    sql: "SELECT a.channel, count(DISTINCT a.id) AS people FROM transfers_a a JOIN transfers_b b ON b.id = a.id WHERE date_diff('minute', a.sent_at, b.received_at) BETWEEN 0 AND 15 GROUP BY a.channel",
    withheld: {},
  }),
  banks(
    "velocity-amount",
    "How much came in within half an hour; forty people for numbers that read the amount.",
    "RULE-13 GATE-5 GATE-8",
    {
      aggregates: [people(25), total(40, 2, 36_000_000)],
      output: [dimension("transfers-a.channel"), count("people"), sum("received", "transfers-b.value")],
      reference: `SELECT a.channel, a.id, 1, sum(CAST(b.value * 100 AS BIGINT)), count(b.value) FROM ${pairs} WHERE ${seconds} BETWEEN 0 AND 1800 GROUP BY ALL`,
      released: 3,
      sql: "SELECT a.channel, count(DISTINCT a.id) AS people, sum(b.value) AS received FROM transfers_a a JOIN transfers_b b ON b.id = a.id AND b.received_at >= a.sent_at AND b.received_at <= a.sent_at + INTERVAL 30 MINUTE GROUP BY a.channel",
      withheld: {},
    },
  ),
  banks("passing-through", "Nearly the same amount in within a day.", "RULE-13 QRY-15", {
    aggregates: [people(40)],
    k: 40,
    output: [dimension("transfers-a.channel"), count("people")],
    reference: `SELECT a.channel, a.id, 1 FROM ${pairs} WHERE ${seconds} BETWEEN 0 AND 86400 AND b.value >= a.value * 0.9 AND b.value <= a.value GROUP BY ALL`,
    released: 0,
    sql: "SELECT a.channel, count(DISTINCT a.id) AS people FROM transfers_a a JOIN transfers_b b ON b.id = a.id AND b.received_at BETWEEN a.sent_at AND a.sent_at + INTERVAL 1 DAY WHERE b.value BETWEEN a.value * 0.9 AND a.value GROUP BY a.channel",
    withheld: { people: 3 },
  }),
  banks("risk-of-fast", "The average risk of fast movers.", "RULE-6 GATE-9", {
    aggregates: [people(25), mean(25, 0, 3600, 36)],
    output: [dimension("transfers-a.channel"), count("people"), avg("risk", "transfers-b.risk")],
    reference: `SELECT a.channel, a.id, 1, sum(b.risk), count(b.risk) FROM ${pairs} WHERE ${seconds} BETWEEN 0 AND 3600 GROUP BY ALL`,
    released: 1,
    sql: "SELECT a.channel, count(DISTINCT a.id) AS people, avg(b.risk) AS risk FROM transfers_a a JOIN transfers_b b ON b.id = a.id AND b.received_at BETWEEN a.sent_at AND a.sent_at + INTERVAL 1 HOUR GROUP BY a.channel",
    withheld: { complement: 1, "left-out": 1 },
  }),
  banks("risk-compared-with-risk", "A rising risk: the column compared with itself is free.", "RULE-6", {
    aggregates: [people(25)],
    output: [dimension("transfers-b.channel"), count("people")],
    reference: `SELECT b.channel, a.id, 1 FROM ${pairs} JOIN "transfers-b" c ON c.id = b.id WHERE c.received_at > b.received_at AND c.risk > b.risk GROUP BY ALL`,
    released: 3,
    sql: "SELECT b.channel, count(DISTINCT a.id) AS people FROM transfers_a a JOIN transfers_b b ON b.id = a.id JOIN transfers_b c ON c.id = b.id AND c.received_at > b.received_at WHERE c.risk > b.risk GROUP BY b.channel",
    withheld: {},
  }),
  banks("accounts-by-branch", "Balances by branch: one account is nearly all of branch 5.", "GATE-5 GATE-7", {
    aggregates: [people(20), total(20, 2, 5_000_000)],
    dominance: [{ p: 10 }],
    k: 20,
    output: [dimension("accounts.branch"), count("people"), sum("balance", "accounts.balance")],
    reference: "SELECT branch, id, 1, CAST(balance * 100 AS BIGINT), 1 FROM accounts",
    released: 3,
    sql: "SELECT branch, count(DISTINCT id) AS people, sum(balance) AS balance FROM accounts GROUP BY branch",
    withheld: { complement: 1, dominance: 1 },
  }),
  banks("mules-by-branch", "Three datasets: by branch of the account.", "QRY-3 RULE-13", {
    aggregates: [people(25)],
    output: [dimension("accounts.branch"), count("people")],
    reference: `SELECT c.branch, a.id, 1 FROM ${pairs} JOIN accounts c ON c.id = a.id WHERE ${seconds} BETWEEN 0 AND 3600 GROUP BY ALL`,
    released: 4,
    sql: "SELECT c.branch, count(DISTINCT c.id) AS people FROM accounts c JOIN transfers_a a ON a.id = c.id JOIN transfers_b b ON b.id = a.id AND b.received_at BETWEEN a.sent_at AND a.sent_at + INTERVAL 60 MINUTE GROUP BY c.branch",
    withheld: {},
  }),
  banks("more-in-than-out", "Who gets more than they send?", "QRY-5 RULE-1", {
    aggregates: [people(40)],
    k: 40,
    output: [words("flow", "in", "out"), count("people")],
    reference: `SELECT CASE WHEN b.v > a.v THEN 'in' ELSE 'out' END, a.id, 1 FROM (SELECT id, sum(value) AS v FROM "transfers-a" GROUP BY id) a JOIN (SELECT id, sum(value) AS v FROM "transfers-b" GROUP BY id) b ON b.id = a.id`,
    released: 2,
    sql: "WITH a AS (SELECT id, sum(value) AS v FROM transfers_a GROUP BY id), b AS (SELECT id, sum(value) AS v FROM transfers_b GROUP BY id) SELECT CASE WHEN b.v > a.v THEN 'in' ELSE 'out' END AS flow, count(DISTINCT a.id) AS people FROM a JOIN b ON b.id = a.id GROUP BY flow",
    withheld: {},
  }),
  banks("fast-pairs", "How often does a person move money within half an hour?", "QRY-6 RULE-5", {
    aggregates: [people(25)],
    output: [words("often", "more", "once"), count("people")],
    reference: `SELECT CASE WHEN count(*) = 1 THEN 'once' ELSE 'more' END, a.id, 1 FROM ${pairs} WHERE ${seconds} BETWEEN 0 AND 1800 GROUP BY a.id`,
    released: 2,
    sql: "WITH fast AS (SELECT a.id, count(*) AS pairs FROM transfers_a a JOIN transfers_b b ON b.id = a.id AND b.received_at BETWEEN a.sent_at AND a.sent_at + INTERVAL 30 MINUTE GROUP BY a.id) SELECT CASE WHEN fast.pairs = 1 THEN 'once' ELSE 'more' END AS often, count(DISTINCT fast.id) AS people FROM fast GROUP BY often",
    withheld: {},
  }),
  banks("channels-in-and-out", "From which channel to which?", "QRY-8 GATE-10", {
    aggregates: [people(25)],
    output: [dimension("transfers-a.channel", "sent"), dimension("transfers-b.channel", "received"), count("people")],
    reference: `SELECT a.channel, b.channel, a.id, 1 FROM ${pairs} WHERE ${seconds} BETWEEN 0 AND 86400 GROUP BY ALL`,
    released: 9,
    sql: "SELECT a.channel AS sent, b.channel AS received, count(DISTINCT a.id) AS people FROM transfers_a a JOIN transfers_b b ON b.id = a.id AND b.received_at BETWEEN a.sent_at AND a.sent_at + INTERVAL 24 HOUR GROUP BY sent, received",
    withheld: {},
  }),
  banks("wire-share", "Which share of senders to the other bank uses wires?", "QRY-7 GATE-9", {
    aggregates: [people(25), people(25)],
    output: [ratio("wires")],
    reference: `SELECT a.id, CAST(bool_or(a.channel = 'wire') AS INTEGER), 1 FROM ${pairs} GROUP BY a.id`,
    released: 1,
    sql: "SELECT count(DISTINCT a.id) FILTER (WHERE a.channel = 'wire') / count(DISTINCT a.id) AS wires FROM transfers_a a JOIN transfers_b b ON b.id = a.id",
    withheld: {},
  }),
  banks("accounts-by-decade", "Accounts by the decade in which they were opened.", "QRY-19 QRY-10", {
    aggregates: [people(20)],
    k: 20,
    output: [numbers("decade", 2000, 2020, 10), count("people")],
    reference: "SELECT year(opened_on) // 10 * 10, id, 1 FROM accounts",
    released: 3,
    sql: "SELECT extract(year FROM opened_on) // 10 * 10 AS decade, count(DISTINCT id) AS people FROM accounts GROUP BY decade",
    withheld: {},
  }),
]
