import type { HostileQuery } from "../case.ts"
import { hostile } from "./bases.ts"

/** A common table expression `t` in the place of purchases, with a column `amount`. */
const cte = (id: string, title: string, clauses: string, body: string, ctes = `WITH t AS (${body}) `) =>
  hostile("media", id, title, clauses, "query-refused", { ctes, from: JOINED })
const output = (id: string, title: string, clauses: string, body: string) =>
  hostile("media", id, title, clauses, "query-output", { ctes: `WITH t AS (${body}) `, from: JOINED })
const JOINED = "subscribers s JOIN t p ON p.id = s.id"

/** Common table expressions that group the identity away, or bring in what the outer SELECT may not. */
export const ctes: readonly HostileQuery[] = [
  cte(
    "cte-group-away",
    "Grouped by a value, the identity is one of many.",
    "QRY-5",
    "SELECT max(id) AS id, sum(amount) AS amount FROM purchases GROUP BY category",
  ),
  cte(
    "cte-any-identity",
    "any_value of identities stands for all of them.",
    "QRY-5",
    "SELECT any_value(id) AS id, sum(amount) AS amount FROM purchases GROUP BY category",
  ),
  cte(
    "cte-no-identity",
    "Without an identity rows belong to nobody.",
    "QRY-5",
    "SELECT category, sum(amount) AS amount FROM purchases GROUP BY category",
  ),
  cte(
    "cte-two-identities",
    "Two identities in one row: pairs of persons.",
    "QRY-5",
    "SELECT a.id, b.id AS other, a.amount FROM purchases a JOIN purchases b ON a.id = b.id",
  ),
  cte(
    "cte-identity-hidden",
    "Grouped by the identity without showing it.",
    "QRY-5",
    "SELECT category AS id, sum(amount) AS amount FROM purchases GROUP BY id, category",
  ),
  cte(
    "cte-identity-not-grouped",
    "Shown, but not grouped by.",
    "QRY-5",
    "SELECT id, sum(amount) AS amount FROM purchases GROUP BY category",
  ),
  cte(
    "cte-aggregate-ungrouped",
    "One row for all persons.",
    "QRY-5",
    "SELECT max(id) AS id, sum(amount) AS amount FROM purchases",
  ),
  output(
    "cte-group-unseen",
    "Grouped by more than is selected.",
    "QRY-5",
    "SELECT id, sum(amount) AS amount FROM purchases GROUP BY id, category",
  ),
  cte(
    "cte-group-position",
    "A position in GROUP BY.",
    "QRY-5 QRY-8",
    "SELECT id, sum(amount) AS amount FROM purchases GROUP BY 1",
  ),
  cte(
    "cte-group-all",
    "GROUP BY ALL in a common table expression.",
    "QRY-5 QRY-8",
    "SELECT id, sum(amount) AS amount FROM purchases GROUP BY ALL",
  ),
  cte(
    "cte-rollup",
    "ROLLUP makes a row of everybody under no identity.",
    "QRY-5",
    "SELECT id, sum(amount) AS amount FROM purchases GROUP BY ROLLUP (id)",
  ),
  cte(
    "cte-having",
    "HAVING picks persons by exact totals.",
    "QRY-1 QRY-5",
    "SELECT id, sum(amount) AS amount FROM purchases GROUP BY id HAVING sum(amount) > 400",
  ),
  cte("cte-distinct", "DISTINCT drops rows by their values.", "QRY-5", "SELECT DISTINCT id, amount FROM purchases"),
  cte(
    "cte-limit",
    "LIMIT picks one person.",
    "QRY-1 QRY-5",
    "SELECT id, amount FROM purchases ORDER BY amount DESC LIMIT 1",
  ),
  cte(
    "cte-union",
    "A set operation in a common table expression.",
    "QRY-1 QRY-5",
    "SELECT id, amount FROM purchases UNION ALL SELECT id, amount FROM purchases",
  ),
  cte(
    "cte-window",
    "Ranks compare persons.",
    "QRY-5",
    "SELECT id, rank() OVER (ORDER BY amount) AS amount FROM purchases",
  ),
  cte(
    "cte-subquery",
    "A subquery in a common table expression.",
    "QRY-10",
    "SELECT id, amount FROM purchases WHERE amount > (SELECT avg(amount) FROM purchases)",
  ),
  cte("cte-star", "A star selects columns that nobody named.", "QRY-10", "SELECT * FROM purchases"),
  cte(
    "cte-avg",
    "An average of one person is no per-person aggregate of the profile.",
    "QRY-6",
    "SELECT id, avg(amount) AS amount FROM purchases GROUP BY id",
  ),
  cte(
    "cte-median",
    "A median of one person is no per-person aggregate of the profile.",
    "QRY-6",
    "SELECT id, median(amount) AS amount FROM purchases GROUP BY id",
  ),
  cte(
    "cte-first",
    "first() depends on the order of rows.",
    "QRY-6",
    "SELECT id, first(amount) AS amount FROM purchases GROUP BY id",
  ),
  cte(
    "cte-sum-distinct",
    "sum(DISTINCT) in a common table expression.",
    "QRY-6",
    "SELECT id, sum(DISTINCT amount) AS amount FROM purchases GROUP BY id",
  ),
  cte(
    "cte-first-n",
    "arg_min with a number gives a list.",
    "QRY-6",
    "SELECT id, arg_min(amount, bought_at, 3) AS amount FROM purchases GROUP BY id",
  ),
  cte(
    "cte-values",
    "Weights of the asker's own for each identity.",
    "QRY-2 QRY-5",
    "SELECT * FROM (VALUES ('a', 1)) AS v(id, amount)",
  ),
  cte("cte-values-direct", "Rows of the asker's own as a common table expression.", "QRY-5", "VALUES ('a', 1)"),
  cte(
    "cte-constant-identity",
    "An identity that the asker writes.",
    "QRY-5",
    "SELECT '00000000-0000-0000-0000-000000000000' AS id, amount FROM purchases",
  ),
  cte(
    "cte-computed-identity",
    "An identity that is computed.",
    "QRY-5 QRY-11",
    "SELECT coalesce(id, id) AS id, amount FROM purchases",
  ),
  cte(
    "cte-case-identity",
    "Persons are relabelled by a CASE.",
    "QRY-5 QRY-11",
    "SELECT CASE WHEN amount > 400 THEN id END AS id, amount FROM purchases",
  ),
  cte(
    "cte-recursive",
    "Recursion multiplies rows without bound.",
    "QRY-5",
    "",
    "WITH RECURSIVE t AS (SELECT id, amount FROM purchases UNION ALL SELECT id, amount FROM t) ",
  ),
  cte("cte-self-reference", "A common table expression that reads itself.", "QRY-5", "SELECT id, amount FROM t"),
  cte(
    "cte-forward-reference",
    "A common table expression that reads a later one.",
    "QRY-5",
    "",
    "WITH t AS (SELECT id, amount FROM u), u AS (SELECT id, amount FROM purchases) ",
  ),
  cte(
    "cte-column-list",
    "Columns under other names than in the body.",
    "QRY-5",
    "",
    "WITH t(id, amount) AS (SELECT id, items FROM purchases) ",
  ),
  cte(
    "cte-named-like-dataset",
    "A common table expression that takes a dataset's name.",
    "QRY-12",
    "",
    "WITH impressions AS (SELECT id, amount FROM purchases), t AS (SELECT id, amount FROM impressions) ",
  ),
  cte(
    "cte-nested",
    "A common table expression within another.",
    "QRY-5",
    "WITH u AS (SELECT id, amount FROM purchases) SELECT id, amount FROM u",
  ),
  cte("cte-column-twice", "Two columns of one name.", "QRY-5 QRY-12", "SELECT id, amount, amount FROM purchases"),
  output("cte-unnamed", "A computed column without a name.", "QRY-5", "SELECT id, amount, amount + 1 FROM purchases"),
  cte(
    "cte-filter-window",
    "A window hides in a FILTER.",
    "QRY-6",
    "SELECT id, sum(amount) FILTER (WHERE row_number() OVER () > 1) AS amount FROM purchases GROUP BY id",
  ),
  cte(
    "cte-filter-aggregate",
    "An aggregate in WHERE.",
    "QRY-10",
    "SELECT id, amount FROM purchases WHERE sum(amount) > 5",
  ),
  cte(
    "cte-cross-join",
    "A cross join within a common table expression.",
    "QRY-3 QRY-5",
    "SELECT a.id, b.amount FROM purchases a CROSS JOIN purchases b",
  ),
]
