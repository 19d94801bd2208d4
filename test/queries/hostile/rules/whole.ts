import type { HostileQuery } from "../../case.ts"
import { count, dimension, ratio, sum } from "../../output.ts"
import { hostile, withRule } from "../bases.ts"
import { broadcaster, merchant } from "./narrowed.ts"

/** What owners say about a query as a whole. */
export const whole: readonly HostileQuery[] = [
  merchant("join-not-listed", "The identity is not a join column.", "RULE-8", (rule) => {
    rule.joinColumns = []
  }),
  merchant(
    "join-not-listed-in-cte",
    "Joined within a common table expression.",
    "RULE-1 RULE-8",
    (rule) => {
      rule.joinColumns = []
    },
    {
      ctes: "WITH t AS (SELECT q.id, q.amount FROM purchases q JOIN impressions i ON i.id = q.id) ",
      from: "subscribers s JOIN t p ON p.id = s.id",
    },
  ),
  merchant(
    "self-join-not-listed",
    "Joined with itself.",
    "RULE-8",
    (rule) => {
      rule.joinColumns = []
    },
    {
      dim: "p.category AS region",
      from: "purchases p JOIN purchases q ON q.id = p.id",
      group: "p.category",
      output: [dimension("purchases.category", "region"), count("people"), sum("total", "purchases.amount")],
      people: "count(DISTINCT p.id)",
      where: "p.items >= 1",
    },
  ),
  hostile("fraud", "rule-join-required", "Read on its own what may be read only joined.", "RULE-9", "query-rule", {
    dim: "b.channel",
    from: "transfers_b b",
    group: "b.channel",
    output: [dimension("transfers-b.channel"), count("people"), sum("total", "transfers-b.value")],
    owner: "bank-b",
    people: "count(DISTINCT b.id)",
    where: "b.value >= 0",
  }),
  hostile(
    "fraud",
    "rule-join-required-left",
    "A LEFT JOIN keeps those whom the other side does not know.",
    "RULE-9",
    "query-rule",
    {
      dim: "b.channel",
      from: "transfers_b b LEFT JOIN transfers_a a ON a.id = b.id",
      group: "b.channel",
      output: [dimension("transfers-b.channel"), count("people"), sum("total", "transfers-b.value")],
      owner: "bank-b",
      people: "count(DISTINCT b.id)",
      where: "b.value >= 0",
    },
  ),
  hostile(
    "fraud",
    "rule-join-required-other",
    "Joined with another dataset than the required one.",
    "RULE-9",
    "query-rule",
    {
      dim: "b.channel",
      from: "transfers_b b JOIN accounts a ON a.id = b.id",
      group: "b.channel",
      output: [dimension("transfers-b.channel"), count("people"), sum("total", "transfers-b.value")],
      owner: "bank-b",
      where: "b.value >= 0",
    },
  ),
  hostile(
    "fraud",
    "rule-join-required-left-cte",
    "A LEFT JOIN of a common table expression.",
    "RULE-1 RULE-9",
    "query-rule",
    {
      ctes: "WITH t AS (SELECT id, max(value) AS value FROM transfers_a GROUP BY id) ",
      dim: "b.channel",
      from: "transfers_b b LEFT JOIN t ON t.id = b.id",
      group: "b.channel",
      output: [dimension("transfers-b.channel"), count("people"), sum("total", "transfers-b.value")],
      owner: "bank-b",
      people: "count(DISTINCT b.id)",
      where: "b.value >= 0",
    },
  ),
  hostile(
    "fraud",
    "rule-join-required-cte-alone",
    "A common table expression that reads it alone, beside a join.",
    "RULE-1 RULE-9",
    "query-rule",
    {
      ctes: "WITH t AS (SELECT id, max(value) AS value FROM transfers_b GROUP BY id) ",
      dim: "c.branch AS channel",
      from: "accounts c JOIN t ON t.id = c.id",
      group: "c.branch",
      output: [dimension("accounts.branch", "channel"), count("people"), sum("total", "transfers-b.value")],
      owner: "bank-b",
      people: "count(DISTINCT c.id)",
      total: "sum(t.value)",
      where: "c.balance >= 0",
    },
  ),
  merchant("recipient", "Sent to somebody whom the owner does not allow.", "RULE-10", (rule) => {
    rule.allowedRecipients = ["merchant"]
  }),
  merchant("purpose", "Used for another purpose.", "RULE-10", (rule) => {
    rule.purposes = ["resale"]
  }),
  merchant("template-none", "A query that is none of the templates.", "RULE-11", (rule) => {
    rule.kind = "template"
    rule.templates = ["0".repeat(64)]
  }),
  broadcaster(
    "dominance-of-others",
    "The dominance rule of another owner than the summed column's.",
    "RULE-12",
    () => undefined,
    {
      edit: withRule("purchases", (rule) => {
        rule.dominance = []
      }),
      owner: "merchant",
    },
  ),
  merchant(
    "dominance-in-ratio",
    "A sum in a ratio needs a dominance rule.",
    "RULE-12",
    (rule) => {
      rule.dominance = []
    },
    {
      output: [dimension("subscribers.region"), count("people"), ratio("total", "purchases.amount")],
      total: "sum(p.amount) / count(DISTINCT p.id)",
    },
  ),
]
