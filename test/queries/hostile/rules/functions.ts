import type { HostileQuery } from "../../case.ts"
import { withRule } from "../bases.ts"
import { broadcaster, merchant, noFunction, perPerson, read } from "./narrowed.ts"

const inSums: readonly HostileQuery[] = (
  [
    ["abs", "sum(abs(p.amount - 5))"],
    ["add", "sum(p.amount + 5)"],
    ["case", "sum(CASE WHEN s.age > 40 THEN p.amount ELSE 0 END)"],
    ["cast", "sum(TRY_CAST(p.amount AS BIGINT))"],
    ["coalesce", "sum(coalesce(p.amount, 0))"],
    ["greatest", "sum(greatest(p.amount, 5))"],
    ["least", "sum(least(p.amount, 5))"],
    ["multiply", "sum(p.amount * 2)"],
    ["negate", "sum(-p.amount)"],
    ["subtract", "sum(p.amount - 5)"],
  ] as const
).map(([name, total]) =>
  merchant(`function-${name}`, `${name} is not among the functions that the owner lists.`, "RULE-7", noFunction(name), {
    output: read("amount"),
    total,
  }),
)

const inConditions: readonly HostileQuery[] = (
  [
    ["date_diff", "date_diff('day', p.bought_at, TIMESTAMP '2026-04-01 00:00:00') > 5"],
    ["date_part", "date_part('hour', p.bought_at) > 5"],
    ["date_trunc", "date_trunc('month', p.bought_at) > DATE '2026-01-01'"],
    ["divide", "p.items // 2 > 2"],
    ["interval", "p.bought_at + INTERVAL 5 DAY > TIMESTAMP '2026-02-01 00:00:00'"],
    ["modulo", "p.items % 2 = 1"],
  ] as const
).map(([name, where]) =>
  merchant(
    `function-${name.replace("_", "-")}`,
    `${name} is not among the functions that the owner lists.`,
    "RULE-7",
    noFunction(name),
    { where },
  ),
)

const throughNames: readonly HostileQuery[] = [
  merchant(
    "function-in-cte",
    "A function that is not listed, in a common table expression.",
    "RULE-1 RULE-7",
    noFunction("least"),
    {
      ctes: "WITH t AS (SELECT id, least(amount, 50) AS amount FROM purchases) ",
      from: "subscribers s JOIN t p ON p.id = s.id",
    },
  ),
  merchant(
    "function-on-total",
    "A function that is not listed, on a per-person total.",
    "RULE-1 RULE-7",
    noFunction("least"),
    {
      ...perPerson("sum(amount) AS amount"),
      total: "sum(least(p.amount, 50))",
    },
  ),
  broadcaster("function-of-both", "A function of two owners' columns needs both.", "RULE-7", noFunction("add"), {
    edit: withRule("subscribers", noFunction("add")),
    where: "s.age + p.items > 40",
  }),
]

/** Functions that an owner does not list. */
export const scalarFunctions: readonly HostileQuery[] = [...inSums, ...inConditions, ...throughNames]
