import type { HostileQuery } from "../case.ts"
import { count, dimension, instantParameter, integerParameter, sum, words } from "../output.ts"
import { hostile } from "./bases.ts"

/** Ways to compare `risk` or `received_at` of bank-b with a literal in spite of its rule. */
const never = (id: string, title: string, rest: Parameters<typeof hostile>[5]) =>
  hostile("fraud", `never-${id}`, title, "RULE-6", "query-rule", { owner: "bank-b", ...rest })
const risk = [dimension("transfers-a.channel"), count("people"), sum("total", "transfers-b.risk")]
const perPerson = (column: string) => ({
  ctes: `WITH t AS (SELECT id, ${column} FROM transfers_b GROUP BY id) `,
  from: "transfers_a a JOIN transfers_b b ON b.id = a.id JOIN t ON t.id = a.id",
})

export const neverCompared: readonly HostileQuery[] = [
  never("literal", "The column meets a literal.", { at: "> 90", where: "b.risk > 90" }),
  never("literal-left", "The literal stands on the left.", { where: "90 < b.risk" }),
  never("equal", "The column equals a literal.", { where: "b.risk = 97" }),
  never("parameter", "The literal is a parameter.", {
    parameters: [integerParameter("least", 0, 100)],
    where: "b.risk >= $least",
  }),
  never("between", "The literals are bounds.", { where: "b.risk BETWEEN 90 AND 95" }),
  never("in", "The literals are a list.", { where: "b.risk IN (97, 98)" }),
  never("not-in", "The literals are a list, turned round.", { where: "b.risk NOT IN (1, 2)" }),
  never("least", "least() with a literal is a comparison.", { output: risk, total: "sum(least(b.risk, 90))" }),
  never("greatest", "greatest() with a literal is a comparison.", { output: risk, total: "sum(greatest(b.risk, 90))" }),
  never("coalesce", "coalesce() with a literal marks who has none.", {
    output: risk,
    total: "sum(coalesce(b.risk, 90))",
  }),
  never("case-condition", "The condition of a CASE is a comparison.", {
    total: "sum(CASE WHEN b.risk > 90 THEN b.value ELSE 0 END)",
  }),
  never("case-result", "A literal beside the column in a CASE.", {
    output: risk,
    total: "sum(CASE WHEN a.value > b.value THEN b.risk ELSE 0 END)",
  }),
  never("case-operand", "CASE x WHEN literal is a comparison.", {
    total: "sum(CASE b.risk WHEN 97 THEN b.value ELSE 0 END)",
  }),
  never("filter", "The FILTER of an aggregate is a comparison.", {
    people: "count(DISTINCT a.id) FILTER (WHERE b.risk > 90)",
  }),
  never("on", "The condition of a join is a comparison.", {
    from: "transfers_a a JOIN transfers_b b ON b.id = a.id AND b.risk > 90",
  }),
  never("subtract-then-compare", "A constant is taken away, then zero is compared.", { where: "b.risk - 90 > 0" }),
  never("add-constant", "A constant is added before columns are compared.", { where: "b.risk + 5 > b.risk" }),
  never("multiply-constant", "A constant multiplies before columns are compared.", { where: "b.risk * 2 > b.risk" }),
  never("divide", "Whole division makes classes.", { where: "b.risk // 10 = b.risk" }),
  never("modulo", "The rest of a division makes classes.", { where: "b.risk % 10 = b.risk" }),
  never("absolute-of-difference", "The magnitude of a difference with a constant.", { where: "abs(b.risk - 90) < 5" }),
  never("negate", "Minus, then a comparison.", { where: "-b.risk < -90" }),
  never("cast", "A cast, then a comparison.", { where: "TRY_CAST(b.risk AS DECIMAL(9, 2)) > 90" }),
  never("boolean-equals", "A comparison compared with TRUE.", { where: "(b.risk > 90) = TRUE" }),
  never("arithmetic-with-column", "Two columns of it, then a constant.", { where: "b.risk + b.risk > 180" }),
  never("per-person-max", "The largest of a person, then a literal.", {
    ...perPerson("max(risk) AS worst"),
    where: "t.worst > 90",
  }),
  never("per-person-sum", "The total of a person, then a literal.", {
    ...perPerson("sum(risk) AS worst"),
    where: "t.worst > 300",
  }),
  never("per-person-last", "The last of a person, then a literal.", {
    ...perPerson("arg_max(risk, received_at) AS worst"),
    where: "t.worst > 90",
  }),
  never("per-person-filter", "The FILTER of a per-person aggregate.", {
    ...perPerson("max(value) FILTER (WHERE risk > 90) AS worst"),
    where: "t.worst > a.value",
  }),
  never("renamed", "Under another name in a common table expression.", {
    ctes: "WITH t AS (SELECT id, risk AS x FROM transfers_b) ",
    from: "transfers_a a JOIN transfers_b b ON b.id = a.id JOIN t ON t.id = a.id",
    where: "t.x > 90",
  }),
  never("twice-renamed", "Through two common table expressions.", {
    ctes: "WITH t AS (SELECT id, risk AS x FROM transfers_b), u AS (SELECT id, x AS y FROM t) ",
    from: "transfers_a a JOIN transfers_b b ON b.id = a.id JOIN u ON u.id = a.id",
    where: "u.y > 90",
  }),
  never("in-cte-where", "Within a common table expression.", {
    ctes: "WITH t AS (SELECT id, value FROM transfers_b WHERE risk > 90) ",
    from: "transfers_a a JOIN transfers_b b ON b.id = a.id JOIN t ON t.id = a.id",
    where: "t.value >= 0",
  }),
  never("computed-in-cte", "Computed with a constant in a common table expression.", {
    ctes: "WITH t AS (SELECT id, risk - 90 AS x FROM transfers_b) ",
    from: "transfers_a a JOIN transfers_b b ON b.id = a.id JOIN t ON t.id = a.id",
    where: "t.x > b.risk",
  }),
  never("instant", "The time of a transfer meets a literal.", {
    where: "b.received_at > TIMESTAMP '2026-02-10 00:00:00'",
  }),
  never("instant-parameter", "The time of a transfer meets a parameter.", {
    parameters: [instantParameter("since", "2026-02-01T00:00:00Z", "2026-02-28T00:00:00Z")],
    where: "b.received_at > $since",
  }),
  never("instant-shifted", "A shift of the column, then a literal.", {
    where: "b.received_at + INTERVAL 5 MINUTE > TIMESTAMP '2026-02-10 00:00:00'",
  }),
  never("instant-shifted-constant", "A shift of the literal instead.", {
    where: "b.received_at > TIMESTAMP '2026-02-10 00:00:00' - INTERVAL 5 MINUTE",
  }),
  never("instant-part", "The hour of a transfer.", { where: "date_part('hour', b.received_at) = 3" }),
  never("instant-truncated", "The day of a transfer.", {
    where: "date_trunc('day', b.received_at) = DATE '2026-02-10'",
  }),
  never("instant-to-date", "The date of a transfer by a cast.", {
    where: "TRY_CAST(b.received_at AS DATE) = DATE '2026-02-10'",
  }),
  never("instant-difference-literal", "The distance to a literal.", {
    where: "date_diff('minute', b.received_at, TIMESTAMP '2026-02-10 00:00:00') < 5",
  }),
  never("bucket", "Classes of it as a dimension.", {
    dim: "CASE WHEN b.risk > 90 THEN 'high' ELSE 'low' END AS channel",
    group: "CASE WHEN b.risk > 90 THEN 'high' ELSE 'low' END",
    output: [words("channel", "high", "low"), count("people"), sum("total", "transfers-b.value")],
  }),
]
