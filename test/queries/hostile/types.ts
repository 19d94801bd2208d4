import type { HostileQuery } from "../case.ts"
import {
  avg,
  count,
  dateParameter,
  decimalParameter,
  dimension,
  integerParameter,
  numbers,
  ratio,
  sum,
  textParameter,
} from "../output.ts"
import { hostile, withDataset } from "./bases.ts"

type Rest = Parameters<typeof hostile>[5]
const kind = (id: string, title: string, rest: Rest, clauses = "QRY-15") =>
  hostile("media", `type-${id}`, title, clauses, "query-type", rest)
const range = (id: string, title: string, rest: Rest, world: "fraud" | "media" = "media", clauses = "QRY-18") =>
  hostile(world, `range-${id}`, title, clauses, "query-range", rest)
const reads = (...columns: readonly `${string}.${string}`[]) => [
  dimension("subscribers.region"),
  count("people"),
  sum("total", ...columns),
]

/** Implicit casts throw on a row, with its value in the message; explicit ones too unless they are TRY_CAST. */
const kinds: readonly HostileQuery[] = [
  kind("number-with-text", "An implicit cast of text fails with the value in the message.", { where: "s.age = '40'" }),
  kind("text-with-number", "A column of text is cast to a number, row by row.", { where: "s.region = 5" }),
  kind("text-with-date", "A column of text is cast to a date, row by row.", { where: "s.region < DATE '2026-01-01'" }),
  kind("date-with-text", "A date is compared with text that DuckDB has to read.", {
    where: "s.joined_on >= '2020-01-01'",
  }),
  kind("date-with-timestamp", "Dates and instants do not mix.", {
    where: "s.joined_on >= TIMESTAMP '2020-01-01 00:00:00'",
  }),
  kind("date-with-timestamp-column", "Dates and instants do not mix, column with column.", {
    where: "p.bought_at > s.joined_on",
  }),
  kind("timestamp-with-text", "An instant is compared with text.", { where: "p.bought_at >= '2026-01-01 00:00:00'" }),
  kind("boolean-with-number", "A boolean is compared with a number.", { where: "s.active = 1" }),
  kind("boolean-with-text", "A boolean is compared with a text that DuckDB has to read.", {
    where: "s.active = 'yes'",
  }),
  kind("number-as-condition", "A number as a condition is cast to a boolean.", { where: "s.age" }),
  kind("text-as-condition", "Text as a condition is cast, and fails by row.", { where: "s.region" }),
  kind("and-with-number", "A number in AND.", { where: "s.active AND s.age" }),
  kind("not-number", "NOT of a number.", { where: "NOT s.age" }),
  kind("integer-with-decimal-column", "Integers and decimals do not mix.", { where: "p.amount > p.items" }),
  kind("integer-with-decimal-constant", "An integer meets a decimal constant only after a cast.", {
    where: "p.items > 2.5",
  }),
  hostile("media", "type-float-constant", "A constant with an exponent is a float.", "QRY-13 QRY-15", "query-refused", {
    where: "p.amount > 1e2",
  }),
  kind("decimal-plus-integer-column", "Decimal and integer columns are added.", {
    output: reads("purchases.amount", "purchases.items"),
    total: "sum(p.amount + p.items)",
  }),
  kind("text-plus-number", "Text is added to a number.", {
    output: reads("purchases.items"),
    total: "sum(p.items + '1')",
  }),
  kind("sum-of-text", "Text is added up.", { output: reads("subscribers.region"), total: "sum(s.region)" }),
  kind("sum-of-boolean", "A boolean is added up as a number.", {
    output: reads("purchases.refunded"),
    total: "sum(p.refunded)",
  }),
  kind("sum-of-date", "Dates are added up.", { output: reads("subscribers.joined_on"), total: "sum(s.joined_on)" }),
  kind("average-of-date", "An average of instants.", {
    output: [dimension("subscribers.region"), count("people"), avg("total", "purchases.bought_at")],
    total: "avg(p.bought_at)",
  }),
  kind("negated-text", "Minus text.", { where: "-s.region = 'east'" }),
  kind("absolute-text", "The magnitude of text.", { where: "abs(s.region) = 5" }),
  kind("case-mixed", "Branches of CASE of different kinds.", {
    output: reads("purchases.items", "subscribers.region"),
    total: "sum(CASE WHEN s.age > 40 THEN p.items ELSE s.region END)",
  }),
  kind("coalesce-mixed", "coalesce of different kinds.", { where: "coalesce(s.plan, s.age) = 'plus'" }),
  kind("least-mixed", "least of different kinds.", { where: "least(s.age, s.region) = 5" }),
  kind("in-mixed", "A list of different kinds.", { where: "s.age IN (40, 'x')" }),
  kind("between-mixed", "Bounds of different kinds.", { where: "s.age BETWEEN 18 AND '40'" }),
  kind("case-on-text", "CASE x WHEN of another kind.", {
    output: reads("purchases.items"),
    total: "sum(CASE s.region WHEN 5 THEN p.items ELSE 0 END)",
  }),
  kind("date-plus-number", "A date plus a number is a shift nobody declared.", {
    where: "s.joined_on + 5 > DATE '2020-01-01'",
  }),
  kind("date-minus-date", "Dates are subtracted without date_diff.", { where: "s.joined_on - DATE '2020-01-01' > 5" }),
  kind("trunc-of-number", "date_trunc of a number.", { where: "date_trunc('month', s.age) > DATE '2020-01-01'" }),
  kind("diff-of-number", "date_diff of numbers.", { where: "date_diff('day', s.age, p.items) > 5" }),
  kind("diff-mixed", "date_diff of a date and an instant.", {
    where: "date_diff('day', s.joined_on, p.bought_at) > 5",
  }),
  kind("parameter-of-other-kind", "A parameter of another kind than its column.", {
    parameters: [textParameter("oldest", "40")],
    where: "s.age <= $oldest",
  }),
  kind("date-parameter-with-timestamp", "A date parameter meets an instant.", {
    parameters: [dateParameter("since", "2026-01-01", "2026-02-01")],
    where: "p.bought_at >= $since",
  }),
  kind("decimal-parameter-with-integer", "A decimal parameter meets an integer.", {
    parameters: [decimalParameter("most", 2, "0", "10")],
    where: "p.items <= $most",
  }),
  kind(
    "cast",
    "CAST fails on a row, also on one that WHERE leaves out.",
    { where: "CAST(s.region AS INTEGER) = 5" },
    "QRY-16",
  ),
  kind("cast-operator", ":: is CAST.", { where: "s.region::BIGINT = 5" }, "QRY-16"),
  kind(
    "cast-column-to-date",
    "A cast of a column to a date fails on a row.",
    { where: "s.region::DATE > DATE '2020-01-01'" },
    "QRY-16",
  ),
  kind(
    "try-cast-text",
    "TRY_CAST of text asks which texts are numbers.",
    { where: "TRY_CAST(s.region AS BIGINT) IS NULL" },
    "QRY-16",
  ),
  kind(
    "try-cast-to-text",
    "TRY_CAST to text compares digits.",
    { where: "TRY_CAST(s.age AS VARCHAR) = '40'" },
    "QRY-16",
  ),
  kind("try-cast-float", "TRY_CAST to a float has tails.", { where: "TRY_CAST(p.amount AS DOUBLE) > 5" }, "QRY-16"),
  kind(
    "try-cast-narrow",
    "TRY_CAST to a narrow integer makes nulls of large values.",
    { where: "TRY_CAST(p.items AS TINYINT) > 5" },
    "QRY-16",
  ),
  kind(
    "try-cast-unsigned",
    "TRY_CAST to an unsigned integer makes nulls of negative values.",
    { where: "TRY_CAST(p.items AS UBIGINT) > 5" },
    "QRY-16",
  ),
  kind("try-cast-blob", "TRY_CAST to bytes.", { where: "TRY_CAST(s.region AS BLOB) IS NULL" }, "QRY-16"),
  hostile("media", "type-try-cast-list", "TRY_CAST to a list.", "QRY-16", "query-refused", {
    where: "TRY_CAST(s.age AS BIGINT[]) IS NULL",
  }),
  kind("try-cast-uuid", "TRY_CAST to an identity.", { where: "TRY_CAST(s.region AS UUID) IS NULL" }, "QRY-16"),
  kind(
    "bad-date",
    "A date that does not exist is an error of DuckDB's.",
    { where: "s.joined_on >= DATE '2026-02-30'" },
    "QRY-17",
  ),
  kind("special-date", "'infinity' is no date of the calendar.", { where: "s.joined_on <= DATE 'infinity'" }, "QRY-17"),
  kind(
    "special-timestamp",
    "'epoch' is an instant that DuckDB knows and the reader does not.",
    {
      where: "p.bought_at >= TIMESTAMP 'epoch'",
    },
    "QRY-17",
  ),
  kind(
    "zoned-timestamp",
    "An instant with a zone is read by a setting.",
    {
      where: "p.bought_at >= TIMESTAMPTZ '2026-01-01 00:00:00+02'",
    },
    "QRY-17",
  ),
  kind(
    "short-timestamp",
    "An instant that DuckDB has to complete.",
    { where: "p.bought_at >= TIMESTAMP '2026-01-01'" },
    "QRY-17",
  ),
  kind(
    "text-outside-domain",
    "A text that the column never has: a typing mistake that leaves everybody out.",
    {
      where: "s.region = 'nord'",
    },
    "QRY-17",
  ),
]

/** Overflow, division by zero and instants outside the calendar are errors that tell a value. */
const ranges: readonly HostileQuery[] = [
  range("multiply", "Products beyond 2^53 tell that a value is large.", {
    output: reads("purchases.items"),
    total: "sum(p.items * 999999999999999 * 100)",
  }),
  range("power-of-ten", "A decimal beyond 18 digits.", {
    output: reads("purchases.amount"),
    total: "sum(p.amount * 10000000000000 * 1000)",
  }),
  range("decimal-scale", "Each product doubles the scale until 18 digits are over.", {
    output: reads("purchases.amount"),
    total: "sum(p.amount * p.amount * p.amount * p.amount)",
  }),
  range("add", "A sum of a column and a constant beyond 2^53.", {
    output: reads("purchases.items"),
    total: "sum(p.items + 9007199254740991)",
  }),
  range("negate-least", "A constant beyond the integers of a contract.", { where: "s.age < 9223372036854775807" }),
  kind("huge-constant", "A constant that no 64 bits hold.", { where: "s.age < 99999999999999999999999999" }),
  range("weights", "2^i by a CASE for each age: one sum decodes a group.", {
    output: reads("subscribers.age"),
    total: "sum(CASE WHEN s.age = 18 THEN 1 WHEN s.age = 19 THEN 1152921504606846976 END)",
  }),
  range("per-person-sum", "A per-person total beyond 2^53.", {
    ctes: "WITH t AS (SELECT id, sum(items * 900719925474099) AS items FROM purchases GROUP BY id) ",
    from: "subscribers s JOIN t p ON p.id = s.id",
    output: reads("purchases.items"),
    total: "sum(p.items * 100)",
  }),
  kind("divide-by-zero", "Division by zero.", { where: "p.items // 0 = 1" }, "QRY-19"),
  kind("modulo-zero", "The rest of a division by zero.", { where: "p.items % 0 = 1" }, "QRY-19"),
  kind(
    "divide-by-negative",
    "Division by a negative number rounds otherwise than it reads.",
    { where: "p.items // -2 = 1" },
    "QRY-19",
  ),
  range(
    "divide-negative",
    "Division of what may be negative rounds otherwise than it reads.",
    { where: "(p.items - 5) // 2 = 1" },
    "media",
    "QRY-19",
  ),
  range("modulo-negative", "The rest of what may be negative.", { where: "(p.items - 5) % 2 = 1" }, "media", "QRY-19"),
  range("shift-past-calendar", "A shift past the year 9999 is an error.", {
    where: "s.joined_on + INTERVAL 3000000 DAY > DATE '2020-01-01'",
  }),
  range("shift-before-calendar", "A shift before the year 1 is an error.", {
    where: "p.bought_at - INTERVAL 1000000 DAY < TIMESTAMP '2020-01-01 00:00:00'",
  }),
  range("shift-by-parameter", "A parameter whose range reaches past the calendar.", {
    parameters: [integerParameter("wait", 0, 9_000_000)],
    where: "s.joined_on + INTERVAL ($wait) DAY > DATE '2020-01-01'",
  }),
  range("add-parameter", "A parameter whose range reaches past 2^53.", {
    output: reads("purchases.items"),
    parameters: [integerParameter("more", 0, 9_007_199_254_740_991)],
    total: "sum(p.items + $more)",
  }),
  range("wide-column", "A column that is declared as wide as it goes, doubled.", {
    edit: withDataset("purchases", ({ columns }) => {
      const items = columns.find(({ name }) => name === "items")
      if (items?.type === "integer") items.range = { max: Number.MAX_SAFE_INTEGER, min: 0, step: 1 }
    }),
    output: reads("purchases.items"),
    total: "sum(p.items * 2)",
  }),
  kind("cast-scale", "A cast to more digits than 18.", { where: "TRY_CAST(p.amount AS DECIMAL(18, 17)) > 5" }),
]

/** `/` stands between two aggregates and nowhere else. */
const divisions: readonly HostileQuery[] = [
  hostile("media", "divide-columns", "Division of columns is a float, and fails on zero.", "QRY-19", "query-refused", {
    where: "p.amount / p.items > 5",
  }),
  hostile(
    "media",
    "divide-by-column",
    "Whole division by a column fails on the row that holds zero.",
    "QRY-19",
    "query-type",
    { where: "s.age // p.items = 1" },
  ),
  hostile("media", "modulo-column", "The rest by a column fails on the row that holds zero.", "QRY-19", "query-type", {
    where: "s.age % p.items = 1",
  }),
  hostile("media", "divide-by-parameter", "Whole division by a parameter that may be zero.", "QRY-19", "query-type", {
    parameters: [integerParameter("parts", 0, 5)],
    where: "s.age // $parts = 1",
  }),
  hostile("media", "ratio-of-dimension", "A ratio of an aggregate and a dimension.", "QRY-7 QRY-19", "query-refused", {
    output: [numbers("region", 18, 99), count("people"), ratio("total", "purchases.amount")],
    dim: "s.age AS region",
    group: "s.age",
    total: "sum(p.amount) / s.age",
  }),
]

export const types: readonly HostileQuery[] = [...kinds, ...ranges, ...divisions]
