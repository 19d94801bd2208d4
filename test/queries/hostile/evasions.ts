import type { HostileQuery } from "../case.ts"
import { count, dimension, integerParameter, sum, words } from "../output.ts"
import { hostile } from "./bases.ts"

type Rest = Parameters<typeof hostile>[5]
const JOINED = "transfers_a a JOIN transfers_b b ON b.id = a.id JOIN c ON c.id = a.id"
const never = (id: string, title: string, rest: Rest) =>
  hostile("fraud", `never-${id}`, title, "RULE-6", "query-rule", { owner: "bank-b", ...rest })
/** A column of bank-a that is a literal in disguise. */
const laundered = (id: string, title: string, column: string, where = "b.risk > c.x") =>
  never(`laundered-${id}`, title, { ctes: `WITH c AS (SELECT id, ${column} AS x FROM accounts) `, from: JOINED, where })
const risk = [dimension("transfers-a.channel"), count("people"), sum("total", "transfers-b.risk")]

/** Literals that reach a column which never meets one by way of another column, and other ways round. */
export const evasions: readonly HostileQuery[] = [
  laundered(
    "case",
    "A literal as the results of a CASE over an own column.",
    "CASE WHEN branch > 0 THEN 90 ELSE 90 END",
  ),
  laundered("times-zero", "An own column times zero plus a literal.", "branch * 0 + 90"),
  laundered("least", "The least of an own column and a literal.", "least(branch, 90)"),
  laundered("coalesce", "A literal in the place of an own column's nulls.", "coalesce(branch, 90)"),
  laundered("part", "A year minus a literal.", "date_part('year', opened_on) - 1930"),
  laundered("cast", "A comparison cast to a number, times a literal.", "TRY_CAST(branch > 0 AS BIGINT) * 90"),
  laundered("quotient", "The rest of an own column plus a literal.", "branch % 1 + 90"),
  laundered(
    "instant",
    "An instant as the results of a CASE.",
    "CASE WHEN branch > 0 THEN TIMESTAMP '2026-02-10 00:00:00' END",
    "b.received_at > c.x",
  ),
  laundered(
    "instant-difference",
    "The distance to an instant from a CASE.",
    "CASE WHEN branch > 0 THEN TIMESTAMP '2026-02-10 00:00:00' END",
    "date_diff('minute', b.received_at, c.x) < 5",
  ),
  laundered(
    "truncated",
    "The first day of a year as an instant.",
    "TRY_CAST(date_trunc('year', opened_on) AS TIMESTAMP)",
    "b.received_at > c.x",
  ),
  hostile(
    "fraud",
    "never-laundered-bare",
    "A literal as a column of a common table expression.",
    "RULE-6 QRY-5",
    "query-refused",
    {
      ctes: "WITH c AS (SELECT id, 90 AS x FROM accounts) ",
      from: JOINED,
      where: "b.risk > c.x",
    },
  ),
  hostile(
    "fraud",
    "never-laundered-per-person",
    "A literal as a per-person aggregate.",
    "RULE-6 QRY-6",
    "query-refused",
    {
      ctes: "WITH c AS (SELECT id, max(90) AS x FROM accounts GROUP BY id) ",
      from: JOINED,
      where: "b.risk > c.x",
    },
  ),
  laundered(
    "row-number",
    "The number of rows of an own dataset is a number of the asker's choice.",
    "branch + 1 - branch",
  ),
  never("between-turned", "The literal stands between the column and another.", {
    where: "TIMESTAMP '2026-02-10 00:00:00' BETWEEN a.sent_at AND b.received_at",
  }),
  never("between-column-and-literal", "One bound is a column, the other a literal.", {
    where: "b.received_at BETWEEN a.sent_at AND TIMESTAMP '2026-02-10 00:00:00'",
  }),
  never("in-turned", "The literal is looked up in a list with the column.", { where: "90 IN (b.risk, 5)" }),
  never("case-turned", "CASE literal WHEN column.", { total: "sum(CASE 90 WHEN b.risk THEN b.value ELSE 0 END)" }),
  never("greatest-of-columns", "greatest of two columns, then a literal.", { where: "greatest(b.risk, b.risk) > 90" }),
  never("coalesce-of-columns", "coalesce of two columns, then a literal.", { where: "coalesce(b.risk, b.risk) > 90" }),
  never("case-of-columns", "A CASE that gives the column, then a literal.", {
    where: "CASE WHEN a.value > b.value THEN b.risk ELSE b.risk END > 90",
  }),
  never("null-test-of-comparison", "Whether a comparison is null, beside its value.", {
    where: "(b.risk > 90) IS NOT NULL",
  }),
  never("or-true", "The comparison beside TRUE: an error would still tell.", { where: "b.risk > 90 OR a.value >= 0" }),
  never("not", "NOT of the opposite comparison.", { where: "NOT (b.risk <= 90)" }),
  never("least-of-three", "A literal as the third of least.", {
    output: risk,
    total: "sum(least(b.risk, b.risk, 90))",
  }),
  never("boolean-to-number", "A comparison as a number, added up.", {
    output: risk,
    total: "sum(b.risk * TRY_CAST(b.risk > 90 AS BIGINT))",
  }),
  never("difference-of-literal-shift", "The distance to a shifted literal.", {
    where: "date_diff('minute', TIMESTAMP '2026-02-10 00:00:00' + INTERVAL 5 MINUTE, b.received_at) < 5",
  }),
  never("per-person-minimum-of-shifted", "The first of a person, shifted, then a literal.", {
    ctes: "WITH m AS (SELECT id, min(received_at) AS x FROM transfers_b GROUP BY id), c AS (SELECT id, x + INTERVAL 5 MINUTE AS x FROM m) ",
    from: JOINED,
    where: "c.x > TIMESTAMP '2026-02-10 00:00:00'",
  }),
  never("grouped-cte", "Grouped by the column in a common table expression, then a literal.", {
    ctes: "WITH c AS (SELECT id, risk, count(*) AS n FROM transfers_b GROUP BY id, risk) ",
    from: JOINED,
    where: "c.risk > 90",
  }),
  never("bucket-through-cte", "Classes in a common table expression as a dimension.", {
    ctes: "WITH c AS (SELECT id, CASE WHEN risk > 90 THEN 'high' ELSE 'low' END AS class FROM transfers_b) ",
    dim: "c.class AS channel",
    from: JOINED,
    group: "c.class",
    output: [words("channel", "high", "low"), count("people"), sum("total", "transfers-b.value")],
  }),
  never("instant-year", "The year of a transfer.", { where: "year(b.received_at) = 2026" }),
  never("instant-hours", "Hours are added to the column, then a literal.", {
    where: "b.received_at + INTERVAL 1 HOUR > TIMESTAMP '2026-02-10 00:00:00'",
  }),
  never("instant-seconds", "Seconds are taken from the column, then a literal.", {
    where: "b.received_at - INTERVAL 30 SECOND > TIMESTAMP '2026-02-10 00:00:00'",
  }),
  never("instant-weeks", "Weeks are added to the column, then a literal.", {
    where: "b.received_at + INTERVAL 1 WEEK > TIMESTAMP '2026-02-10 00:00:00'",
  }),
  ...["day", "hour", "isodow", "month", "quarter"].map((part) =>
    never(`instant-${part}`, `The ${part} of a transfer.`, { where: `${part}(b.received_at) = 2` }),
  ),
  never("per-person-minimum", "The least of a person, then a literal.", {
    ctes: "WITH c AS (SELECT id, min(risk) AS x FROM transfers_b GROUP BY id) ",
    from: JOINED,
    where: "c.x > 90",
  }),
  never("per-person-first", "The first of a person, then a literal.", {
    ctes: "WITH c AS (SELECT id, arg_min(risk, received_at) AS x FROM transfers_b GROUP BY id) ",
    from: JOINED,
    where: "c.x > 90",
  }),
  never("per-person-count", "Rows above a literal are counted per person.", {
    ctes: "WITH c AS (SELECT id, count(*) FILTER (WHERE risk > 90) AS x FROM transfers_b GROUP BY id) ",
    from: JOINED,
    where: "c.x > 2",
  }),
  hostile(
    "media",
    "interval-fraction",
    "A fraction of a day would be cut off: the reader sees a day and a half.",
    "QRY-10",
    "query-malformed",
    {
      where: "p.bought_at + INTERVAL 1.5 DAY > TIMESTAMP '2026-02-01 00:00:00'",
    },
  ),
  hostile("media", "interval-two-units", "An interval of two units.", "QRY-10", "query-type", {
    where: "p.bought_at + INTERVAL '1 day 2 hours' > TIMESTAMP '2026-02-01 00:00:00'",
  }),
  hostile("media", "interval-text-number", "An interval whose number is in words.", "QRY-10", "query-type", {
    where: "p.bought_at + INTERVAL 'a day' > TIMESTAMP '2026-02-01 00:00:00'",
  }),
  hostile("media", "interval-computed", "An interval whose number is computed.", "QRY-10", "query-type", {
    parameters: [integerParameter("days", 1, 5)],
    where: "p.bought_at + INTERVAL ($days * 2) DAY > TIMESTAMP '2026-02-01 00:00:00'",
  }),
  hostile("media", "interval-times", "An interval times a number.", "QRY-10", "query-refused", {
    where: "p.bought_at + INTERVAL 1 DAY * 5 > TIMESTAMP '2026-02-01 00:00:00'",
  }),
  hostile("media", "identity-is-null", "Who is missing on the other side.", "QRY-11", "query-refused", {
    from: "subscribers s LEFT JOIN purchases p ON p.id = s.id",
    where: "p.id IS NULL",
  }),
  hostile(
    "media",
    "identity-dimension-of-cte",
    "The identity under another name as a dimension.",
    "QRY-11",
    "query-refused",
    {
      ctes: "WITH t AS (SELECT id AS region, amount FROM purchases) ",
      dim: "p.region",
      from: "subscribers s JOIN t p ON p.region = s.id",
      group: "p.region",
    },
  ),
  hostile("media", "null-comparison", "A comparison with NULL leaves everybody out.", "QRY-15", "query-type", {
    where: "s.plan = NULL",
  }),
  hostile("media", "null-in-list", "A NULL in a list leaves everybody out.", "QRY-15", "query-type", {
    where: "s.plan NOT IN ('basic', NULL)",
  }),
  hostile("media", "empty-alias-quoted", "A quoted name with a space as an output.", "QRY-9", "query-output", {
    sql: 'SELECT s.region, count(DISTINCT s.id) AS "peo ple", sum(p.amount) AS total FROM subscribers s JOIN purchases p ON p.id = s.id GROUP BY s.region',
  }),
  hostile("media", "output-capital", "An output in capitals is not the declared one.", "QRY-9 QRY-12", "query-output", {
    sql: "SELECT s.region, count(DISTINCT s.id) AS PEOPLE, sum(p.amount) AS total FROM subscribers s JOIN purchases p ON p.id = s.id GROUP BY s.region",
  }),
  hostile(
    "media",
    "bucket-beyond-declared",
    "A bucket that can have values that nobody declared.",
    "QRY-9",
    "query-output",
    {
      dim: "CASE WHEN s.age < 40 THEN 'young' ELSE 'old' END AS region",
      group: "CASE WHEN s.age < 40 THEN 'young' ELSE 'old' END",
      output: [words("region", "young"), count("people"), sum("total", "purchases.amount")],
    },
  ),
  hostile("media", "bucket-other-kind", "A bucket of another kind than the declared one.", "QRY-9", "query-output", {
    dim: "s.plan = 'plus' AS region",
    group: "s.plan = 'plus'",
    output: [words("region", "young"), count("people"), sum("total", "purchases.amount")],
  }),
  hostile("media", "bucket-instant", "An instant as a dimension: groups of one.", "QRY-7", "query-type", {
    dim: "p.bought_at AS region",
    group: "p.bought_at",
    output: [dimension("purchases.bought_at", "region"), count("people"), sum("total", "purchases.amount")],
  }),
  hostile("media", "bucket-amount", "An amount as a dimension: groups of one.", "QRY-7", "query-type", {
    dim: "p.amount AS region",
    group: "p.amount",
    output: [dimension("purchases.amount", "region"), count("people"), sum("total", "purchases.amount")],
  }),
]
