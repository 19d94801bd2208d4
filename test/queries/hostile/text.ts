import { queryDigest } from "../../../shared/query/template.ts"
import type { HostileQuery } from "../case.ts"
import { dimension, textParameter } from "../output.ts"
import { BASES, hostile, sqlOf, withRule } from "./bases.ts"

const NULL_BYTE = String.fromCharCode(0)
const RIGHT_TO_LEFT = String.fromCharCode(0x202e)
const media = (
  id: string,
  title: string,
  code: HostileQuery["code"],
  rest: Parameters<typeof hostile>[5],
  clauses = "QRY-12",
) => hostile("media", `text-${id}`, title, clauses, code, rest)
const deepCase = (depth: number): string =>
  depth === 0 ? "0" : `CASE WHEN s.age > ${depth} THEN ${deepCase(depth - 1)} ELSE 1 END`

/** The text of a query: what a reader sees and what a parser reads must be the same. */
export const text: readonly HostileQuery[] = [
  media("null-byte", "A null byte ends the text for one reader and not for another.", "query-malformed", {
    where: `s.age >= 18 ${NULL_BYTE} OR TRUE`,
  }),
  media("bidi", "A right-to-left override shows another condition than runs.", "query-malformed", {
    where: `s.age >= 18 /* ${RIGHT_TO_LEFT} */ OR s.age < 18`,
  }),
  media("homoglyph", "A Cyrillic letter makes another column of the same looks.", "query-refused", {
    where: "s.\u0430ge >= 18",
  }),
  media("fullwidth", "Full-width digits are a name.", "query-refused", { where: "s.age >= \uff11\uff18" }),
  media("comment-opens", "A comment that does not end.", "query-malformed", { where: "s.age >= 18 /* OR TRUE" }),
  media("comment-hides", "What stands behind a comment's end runs.", "query-refused", {
    tail: " /* only */ HAVING sum(p.amount) > 5",
  }),
  media("line-comment-hides", "A line feed ends the comment that hides a clause.", "query-refused", {
    tail: " -- only\nLIMIT 1",
  }),
  media("quoted-keyword", "A quoted name that looks like a condition.", "query-refused", {
    where: 's."age >= 18" = 5',
  }),
  media(
    "parentheses",
    "Two hundred parentheses exhaust a reader's stack.",
    "query-refused",
    { where: `${"(".repeat(200)}p.amount / 2 > 5${")".repeat(200)}` },
    "QRY-21",
  ),
  media(
    "deep-case",
    "CASE within CASE, two hundred deep, exhausts the judge's stack.",
    "query-refused",
    {
      output: [
        dimension("subscribers.region"),
        ...BASES.media.output.slice(1, 2),
        { kind: "sum", name: "total", reads: [] },
      ],
      total: `sum(${deepCase(200)})`,
    },
    "QRY-21",
  ),
  media("deep-not", "NOT a thousand times.", "query-malformed", { where: `${"NOT ".repeat(1000)}s.active` }, "QRY-21"),
  media(
    "deep-sum",
    "A thousand additions in one expression.",
    "query-malformed",
    { where: `s.age${" + 1".repeat(1000)} > 5` },
    "QRY-21",
  ),
  media("long", "Twenty thousand characters that end in a HAVING.", "query-refused", {
    tail: `${" ".repeat(19_600)}HAVING sum(p.amount) > 5`,
  }),
  media(
    "named-parameter-unknown",
    "A parameter that nobody declared.",
    "query-refused",
    { where: "s.age >= $youngest" },
    "QRY-14",
  ),
  media(
    "numbered-parameter",
    "A parameter by its number takes another one's value.",
    "query-refused",
    { where: "s.age >= $1" },
    "QRY-14",
  ),
  media("question-mark", "A parameter without a name.", "query-refused", { where: "s.age >= ?" }, "QRY-14"),
  media(
    "parameter-as-column",
    "A parameter chooses the column.",
    "query-refused",
    {
      dim: "$which AS region",
      group: "$which",
      parameters: [textParameter("which", "region", "plan")],
    },
    "QRY-14",
  ),
  media(
    "parameter-as-table",
    "A parameter chooses the dataset.",
    "query-malformed",
    {
      from: "$which s JOIN purchases p ON p.id = s.id",
      parameters: [textParameter("which", "subscribers", "impressions")],
    },
    "QRY-14",
  ),
  hostile("media", "text-template-changed", "A template with one character changed.", "RULE-11", "query-rule", {
    edit: (contract) => {
      const [query] = contract.queries
      withRule("purchases", (rule) => {
        rule.kind = "template"
        if (query !== undefined) rule.templates = [queryDigest({ ...query, sql: sqlOf("media") })]
      })(contract)
    },
    owner: "merchant",
    sql: sqlOf("media").replace("18", "19"),
  }),
]
