import type { HostileQuery } from "../case.ts"
import { avg, count, dimension, ratio, sum } from "../output.ts"
import { BASES, hostile, sqlOf } from "./bases.ts"

const media = (id: string, title: string, clauses: string, rest: Parameters<typeof hostile>[5]) =>
  hostile("media", id, title, clauses, "query-refused", rest)
const counted = [...BASES.media.output, count("more")]

/** Clauses of SELECT that are not part of the profile: each lets a group of one be seen, ordered or counted. */
export const clauses: readonly HostileQuery[] = [
  media("having", "HAVING tells which groups have a total above a number.", "QRY-1", {
    tail: " HAVING sum(p.amount) > 5",
  }),
  media("having-count", "HAVING singles out groups of one person.", "QRY-1", {
    tail: " HAVING count(DISTINCT s.id) = 1",
  }),
  media("order-by", "ORDER BY an aggregate tells more digits than rounding leaves.", "QRY-1", {
    tail: " ORDER BY total",
  }),
  media("order-by-all", "ORDER BY ALL does it without naming a column.", "QRY-1", { tail: " ORDER BY ALL" }),
  media("limit", "LIMIT picks the group with the largest total.", "QRY-1", { tail: " LIMIT 1" }),
  media("limit-percent", "LIMIT by share picks groups.", "QRY-1", { tail: " LIMIT 50%" }),
  media("offset", "OFFSET skips groups until one is left.", "QRY-1", { tail: " OFFSET 2" }),
  media("fetch-first", "FETCH FIRST is LIMIT in other words.", "QRY-1", { tail: " FETCH FIRST 1 ROWS ONLY" }),
  media("qualify", "QUALIFY filters by a window.", "QRY-1", {
    tail: " QUALIFY row_number() OVER (ORDER BY sum(p.amount)) = 1",
  }),
  media("sample", "A sample of rows leaves single persons in.", "QRY-1", { tail: " USING SAMPLE 1 ROWS" }),
  media("tablesample", "A sample of a table leaves single persons in.", "QRY-2", {
    from: "subscribers s TABLESAMPLE reservoir(1) JOIN purchases p ON p.id = s.id",
  }),
  media("distinct", "DISTINCT drops rows by their values.", "QRY-1", {
    sql: sqlOf("media").replace("SELECT", "SELECT DISTINCT"),
  }),
  media("distinct-on", "DISTINCT ON keeps one row by an order.", "QRY-1", {
    sql: sqlOf("media").replace("SELECT", "SELECT DISTINCT ON (s.region)"),
  }),
  media("union-all", "A set operation adds rows of another query.", "QRY-1", {
    sql: `${sqlOf("media")} UNION ALL ${sqlOf("media")}`,
  }),
  media("except", "EXCEPT subtracts one result from another.", "QRY-1", {
    sql: `${sqlOf("media")} EXCEPT ${sqlOf("media", { where: "s.age >= 19" })}`,
  }),
  media("intersect", "INTERSECT compares two results exactly.", "QRY-1", {
    sql: `${sqlOf("media")} INTERSECT ${sqlOf("media", { where: "s.age >= 19" })}`,
  }),
  media("two-statements", "A second statement rides along.", "QRY-1", { sql: `${sqlOf("media")}; ${sqlOf("media")}` }),
  media("values", "Rows of the asker's own stand for data.", "QRY-1", { sql: "VALUES ('east', 1, 2)" }),
  media("table-star", "TABLE prints a dataset as it is.", "QRY-1 QRY-10", { sql: "TABLE subscribers" }),
  media("describe", "DESCRIBE is no query of data.", "QRY-1", { sql: `DESCRIBE ${sqlOf("media")}` }),
  media("summarize", "SUMMARIZE prints least and greatest values.", "QRY-1", { sql: "SUMMARIZE subscribers" }),
  hostile("media", "explain", "EXPLAIN ANALYZE prints cardinalities.", "QRY-1", "query-malformed", {
    sql: `EXPLAIN ANALYZE ${sqlOf("media")}`,
  }),
  hostile("media", "copy", "COPY writes a file.", "QRY-1", "query-malformed", {
    sql: `COPY (${sqlOf("media")}) TO '/tmp/x.csv'`,
  }),
  hostile("media", "attach", "ATTACH opens another database.", "QRY-1", "query-malformed", {
    sql: "ATTACH '/tmp/x.db'",
  }),
  hostile("media", "set", "SET changes the engine.", "QRY-1", "query-malformed", { sql: "SET threads = 1" }),
  hostile("media", "create-view", "A view gives a name to something else.", "QRY-1", "query-malformed", {
    sql: `CREATE VIEW subscribers AS ${sqlOf("media")}`,
  }),
  hostile("media", "pivot", "PIVOT groups by values that the data names.", "QRY-1", "query-malformed", {
    sql: "PIVOT purchases ON category USING sum(amount)",
  }),
  hostile("media", "nothing", "Blank text passes for a query.", "QRY-1", "query-refused", { sql: " " }),
  hostile("media", "no-sql", "What is no SQL reaches the engine.", "QRY-1", "query-malformed", { sql: "SELEC region" }),
  media("star", "A star prints every column.", "QRY-10", { sql: "SELECT * FROM subscribers" }),
  media("count-star", "count(*) counts rows, which an owner multiplies at will.", "QRY-7", { people: "count(*)" }),
  media("columns-star", "COLUMNS prints every column that matches.", "QRY-10", {
    sql: "SELECT COLUMNS('.*') FROM subscribers",
  }),
  media("scalar-subquery", "A scalar subquery compares a person with all others.", "QRY-10", {
    where: "p.amount = (SELECT max(amount) FROM purchases)",
  }),
  media("in-subquery", "IN a subquery picks persons by name.", "QRY-10", {
    where: "s.id IN (SELECT id FROM purchases WHERE amount > 400)",
  }),
  media("exists", "EXISTS asks about one person at a time.", "QRY-10", {
    where: "EXISTS (SELECT 1 FROM purchases q WHERE q.id = s.id)",
  }),
  media("not-exists", "NOT EXISTS leaves one person out.", "QRY-10", {
    where: "NOT EXISTS (SELECT 1 FROM purchases q WHERE q.id = s.id AND q.amount > 400)",
  }),
  media("any-subquery", "= ANY is IN in other words.", "QRY-10", { where: "s.id = ANY (SELECT id FROM purchases)" }),
  media("select-subquery", "A subquery in an aggregate brings in other rows.", "QRY-10", {
    total: "sum(p.amount - (SELECT avg(amount) FROM purchases))",
  }),
  media("window", "A window sees the rows of others.", "QRY-7", { total: "sum(sum(p.amount)) OVER ()" }),
  media("lag-window", "lag brings in the neighbour's value.", "QRY-7", {
    total: "sum(lag(p.amount) OVER (ORDER BY p.bought_at))",
  }),
  media("sum-of-constants", "A sum of constants counts rows that a filter column picks.", "QRY-7 RULE-3", {
    output: [dimension("subscribers.region"), count("people"), sum("total")],
    total: "sum(CASE WHEN p.items > 5 THEN 1 ELSE 0 END)",
  }),
  media("group-position", "A position in GROUP BY says something else after an edit.", "QRY-8", { group: "1" }),
  media("group-all", "GROUP BY ALL groups by whatever is shown.", "QRY-8", { group: "ALL" }),
  media("rollup", "ROLLUP publishes the total that gives a withheld group back.", "QRY-8", {
    group: "ROLLUP (s.region)",
  }),
  media("cube", "CUBE publishes totals.", "QRY-8", { group: "CUBE (s.region)" }),
  media("grouping-sets", "GROUPING SETS publish two levels at once.", "QRY-8", {
    group: "GROUPING SETS ((s.region), ())",
  }),
  media("group-none", "The empty grouping set is a total.", "QRY-8", { group: "()" }),
  media("count-all", "count without DISTINCT counts rows.", "QRY-7", { people: "count(s.id)" }),
  media("count-distinct-value", "count(DISTINCT value) is not of persons.", "QRY-7", {
    people: "count(DISTINCT p.amount)",
  }),
  media("count-distinct-row", "count(DISTINCT (id, time)) counts rows under another name.", "QRY-7", {
    people: "count(DISTINCT (s.id, p.bought_at))",
  }),
  media("sum-distinct", "sum(DISTINCT) lets one person's value vanish among equal ones.", "QRY-7", {
    total: "sum(DISTINCT p.amount)",
  }),
  media("sum-ordered", "An order inside an aggregate.", "QRY-7", { total: "sum(p.amount ORDER BY p.bought_at)" }),
  media("difference-of-sums", "sum(x) - sum(x) FILTER leaves what one person has.", "QRY-7", {
    total: "sum(p.amount) - sum(p.amount) FILTER (WHERE s.age <> 40)",
  }),
  media("scaled-sum", "Arithmetic on an aggregate hides its rounding.", "QRY-7", { total: "sum(p.amount) * 1000" }),
  media("ratio-of-ratio", "A ratio of a ratio has three aggregates.", "QRY-7 QRY-19", {
    output: [dimension("subscribers.region"), count("people"), ratio("total", "purchases.amount")],
    total: "sum(p.amount) / count(DISTINCT s.id) / count(DISTINCT p.id)",
  }),
  media("ratio-by-constant", "A ratio by a constant is a sum without its rounding.", "QRY-7 QRY-19", {
    output: [dimension("subscribers.region"), count("people"), ratio("total", "purchases.amount")],
    total: "sum(p.amount) / 100",
  }),
  media("max-of-group", "max over a group is one person's value.", "QRY-7", { total: "max(p.amount)" }),
  media("min-of-group", "min over a group is one person's value.", "QRY-7", { total: "min(p.amount)" }),
  media("first-of-group", "arg_min over a group is one person's value.", "QRY-7", {
    total: "arg_min(p.amount, p.bought_at)",
  }),
  media("any-value", "any_value shows one person's value.", "QRY-7", { total: "any_value(p.amount)" }),
  media("median", "A median is one person's value.", "QRY-7", { total: "median(p.amount)" }),
  media("quantile", "A quantile is one person's value.", "QRY-7", { total: "quantile_disc(p.amount, 0.99)" }),
  media("mode", "The most frequent value of a group.", "QRY-7", { total: "mode(p.amount)" }),
  media("stddev", "A deviation beside an average gives squares.", "QRY-7", { total: "stddev(p.amount)" }),
  media("list", "list() collects rows.", "QRY-7", { total: "list(p.amount)" }),
  media("string-agg", "string_agg() collects rows as text.", "QRY-7", { total: "string_agg(s.region, ',')" }),
  media("histogram", "histogram() counts every value.", "QRY-7", { total: "histogram(p.amount)" }),
  media("bit-xor", "bit_xor() of own weights decodes members.", "QRY-7", { total: "bit_xor(p.items)" }),
  media("product", "product() of own primes decodes members.", "QRY-7", { total: "product(p.items)" }),
  media("approx-count", "An approximate count depends on hashes of identities.", "QRY-7", {
    people: "approx_count_distinct(s.id)",
  }),
  media("checksum", "A hash over a group checks a guess of all its rows.", "QRY-7", {
    total: "bit_xor(hash(p.amount))",
  }),
  hostile(
    "media",
    "unnamed-count",
    "Without a name nobody knows which declared column it is.",
    "QRY-9",
    "query-output",
    {
      output: [dimension("subscribers.region"), count("people")],
      sql: "SELECT region, count(DISTINCT id) FROM subscribers GROUP BY region",
    },
  ),
  media("identity-shown", "The tokens themselves leave.", "QRY-11", {
    dim: "s.id",
    group: "s.id",
  }),
  hostile(
    "media",
    "identity-hidden-group",
    "Grouped by person without showing it: groups of one.",
    "QRY-8 QRY-11",
    "query-refused",
    { group: "s.region, s.id" },
  ),
  media("identity-compared", "A token known from elsewhere singles a person out.", "QRY-11", {
    where: "s.id = '00000000-0000-0000-0000-000000000000'",
  }),
  media("identity-listed", "Tokens known from elsewhere, in a list.", "QRY-11", {
    where: "s.id IN ('00000000-0000-0000-0000-000000000000')",
  }),
  media("identity-in-case", "One token in a CASE: the group is large, the sum is one person's.", "QRY-11", {
    total: "sum(CASE WHEN s.id = '00000000-0000-0000-0000-000000000000' THEN p.amount END)",
  }),
  media("identity-in-filter", "One token in a FILTER.", "QRY-11", {
    people: "count(DISTINCT s.id) FILTER (WHERE s.id <> '00000000-0000-0000-0000-000000000000')",
  }),
  media("identity-ordered", "Tokens cut in halves until one person is left.", "QRY-11", { where: "s.id < p.id" }),
  media("identity-summed", "Digits of a token are added up.", "QRY-11", { total: "sum(TRY_CAST(s.id AS INTEGER))" }),
  media("identity-hashed", "A hash of the token makes groups of a few.", "QRY-10", {
    dim: "hash(s.id) % 1000 AS region",
    group: "hash(s.id) % 1000",
  }),
  media("more-than-declared", "A column more than the parties read.", "QRY-9", {
    more: ", count(DISTINCT p.id) AS more",
    output: counted,
    people: "count(*)",
  }),
  hostile("media", "undeclared-output", "A column more than the parties read.", "QRY-9", "query-output", {
    more: ", count(DISTINCT p.id) AS buyers",
  }),
  hostile(
    "media",
    "declared-output-missing",
    "A declared column that the SQL does not give.",
    "QRY-9",
    "query-output",
    {
      output: counted,
    },
  ),
  hostile("media", "renamed-output", "A declared name for another number.", "QRY-9", "query-output", {
    output: [dimension("subscribers.region"), count("buyers"), sum("total", "purchases.amount")],
  }),
  hostile("media", "swapped-output", "Two declared columns change places.", "QRY-9", "query-output", {
    output: [count("people"), dimension("subscribers.region"), sum("total", "purchases.amount")],
  }),
  hostile("media", "other-reads", "The parties read that another column is added up.", "QRY-9", "query-output", {
    output: [dimension("subscribers.region"), count("people"), sum("total", "purchases.items")],
  }),
  hostile("media", "more-reads", "The parties read less than is added up.", "QRY-9", "query-output", {
    total: "sum(p.amount * TRY_CAST(p.items AS DECIMAL(4, 0)))",
  }),
  hostile("media", "other-kind", "A sum that is declared as an average.", "QRY-9", "query-output", {
    output: [dimension("subscribers.region"), count("people"), avg("total", "purchases.amount")],
  }),
  hostile("media", "other-dimension", "A dimension that is declared as another one.", "QRY-9", "query-output", {
    output: [dimension("purchases.category", "region"), count("people"), sum("total", "purchases.amount")],
  }),
  hostile(
    "media",
    "group-by-more",
    "Grouped by more than is shown: groups too small hide behind one name.",
    "QRY-8",
    "query-output",
    {
      group: "s.region, s.age",
    },
  ),
  hostile("media", "group-by-less", "A dimension that is not grouped by.", "QRY-8", "query-output", {
    dim: "s.region, s.plan",
    output: [
      dimension("subscribers.region"),
      dimension("subscribers.plan"),
      count("people"),
      sum("total", "purchases.amount"),
    ],
  }),
  hostile("media", "group-by-other", "Grouped by something else than is shown.", "QRY-8", "query-output", {
    group: "s.plan",
  }),
  hostile("media", "group-missing", "No GROUP BY at all.", "QRY-8", "query-output", {
    sql: "SELECT s.region, count(DISTINCT s.id) AS people, sum(p.amount) AS total FROM subscribers s JOIN purchases p ON p.id = s.id",
  }),
  hostile(
    "media",
    "group-ambiguous-alias",
    "An alias that is a column's name too: nobody knows which one groups.",
    "QRY-8",
    "query-output",
    {
      dim: "s.plan AS region",
      group: "region",
      output: [dimension("subscribers.plan", "region"), count("people"), sum("total", "purchases.amount")],
    },
  ),
]
