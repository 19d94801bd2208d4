import type { HostileQuery } from "../case.ts"
import { count, dimension, sum } from "../output.ts"
import { hostile, withDataset } from "./bases.ts"

const media = (id: string, title: string, clauses: string, from: string) =>
  hostile("media", id, title, clauses, "query-refused", { from })

/** Joins that tie rows by something else than one person's identity. */
export const joins: readonly HostileQuery[] = [
  media(
    "cross-join",
    "A cross join pairs every person with every other.",
    "QRY-3",
    "subscribers s CROSS JOIN purchases p",
  ),
  media("comma-join", "A comma is a cross join.", "QRY-3", "subscribers s, purchases p"),
  media(
    "natural-join",
    "A natural join ties by whatever has one name.",
    "QRY-3",
    "subscribers s NATURAL JOIN purchases p",
  ),
  media("positional-join", "Rows are tied by their place.", "QRY-3", "subscribers s POSITIONAL JOIN purchases p"),
  media(
    "asof-join",
    "Rows are tied to the nearest of others.",
    "QRY-3",
    "subscribers s ASOF JOIN purchases p ON s.id = p.id AND p.bought_at >= s.joined_on",
  ),
  media(
    "semi-join",
    "A semi join asks whether a person is there.",
    "QRY-3",
    "subscribers s SEMI JOIN purchases p ON s.id = p.id",
  ),
  media(
    "anti-join",
    "An anti join asks whether a person is missing.",
    "QRY-3",
    "subscribers s ANTI JOIN purchases p ON s.id = p.id",
  ),
  media(
    "full-join",
    "A full join brings persons that nobody ties.",
    "QRY-3",
    "subscribers s FULL JOIN purchases p ON s.id = p.id",
  ),
  media(
    "right-join",
    "A right join makes the first dataset's identity null.",
    "QRY-3",
    "subscribers s RIGHT JOIN purchases p ON s.id = p.id",
  ),
  media(
    "lateral-join",
    "A lateral subquery runs once for each row.",
    "QRY-2",
    "subscribers s JOIN LATERAL (SELECT * FROM purchases q WHERE q.id = s.id) p ON p.id = s.id",
  ),
  media("join-on-true", "A join without a tie.", "QRY-3", "subscribers s JOIN purchases p ON TRUE"),
  media("join-on-value", "Persons are tied by a value.", "QRY-3", "subscribers s JOIN purchases p ON s.age = p.items"),
  media(
    "join-on-less",
    "Persons are tied to all that sort behind them.",
    "QRY-3",
    "subscribers s JOIN purchases p ON s.id <= p.id",
  ),
  media(
    "join-on-not-equal",
    "Persons are tied to all others.",
    "QRY-3",
    "subscribers s JOIN purchases p ON s.id <> p.id",
  ),
  media("join-on-or", "OR loosens the tie.", "QRY-3", "subscribers s JOIN purchases p ON s.id = p.id OR s.age > 40"),
  media(
    "join-on-not",
    "NOT turns the tie round: everybody else's rows.",
    "QRY-3",
    "subscribers s JOIN purchases p ON NOT (s.id = p.id)",
  ),
  media(
    "join-on-itself",
    "A tie of a dataset with itself is none.",
    "QRY-3",
    "subscribers s JOIN purchases p ON p.id = p.id",
  ),
  media(
    "join-on-earlier",
    "A tie of two earlier datasets leaves the new one free.",
    "QRY-3",
    "subscribers s JOIN purchases p ON p.id = s.id JOIN impressions i ON p.id = s.id",
  ),
  media(
    "join-twice-tied",
    "Two ties in one condition.",
    "QRY-3",
    "subscribers s JOIN purchases p ON p.id = s.id AND s.id = p.id",
  ),
  media(
    "join-on-case",
    "A CASE as the tie.",
    "QRY-3",
    "subscribers s JOIN purchases p ON CASE WHEN s.age > 40 THEN s.id = p.id ELSE TRUE END",
  ),
  media("join-using-value", "USING a value.", "QRY-3", "impressions s JOIN purchases p USING (cost)"),
  media("join-using-two", "USING two columns.", "QRY-3", "subscribers s JOIN purchases p USING (id, age)"),
  media(
    "join-right-nested",
    "The right side is a join of its own.",
    "QRY-3",
    "subscribers s JOIN (purchases p JOIN impressions i ON i.id = p.id) ON p.id = s.id",
  ),
  media(
    "left-join-of-cross-join",
    "DuckDB prints this tree as another query than it read.",
    "QRY-3 QRY-13",
    "subscribers s LEFT JOIN (purchases p CROSS JOIN impressions i) ON p.id = s.id",
  ),
  media(
    "same-alias",
    "Two relations under one name: nobody knows which is read.",
    "QRY-12",
    "subscribers s JOIN purchases s ON s.id = s.id",
  ),
  media(
    "alias-of-other-dataset",
    "A dataset under another one's name: the reader is misled.",
    "QRY-12",
    "subscribers purchases JOIN purchases p ON p.id = purchases.id JOIN purchases s ON s.id = p.id",
  ),
  media(
    "column-aliases",
    "Columns under other names: the reader is misled.",
    "QRY-2",
    "subscribers AS s(id, age, region, joined_on, plan, active) JOIN purchases p ON p.id = s.id",
  ),
  media(
    "capital-dataset",
    "A dataset's name in capitals is no name of the contract.",
    "QRY-12",
    "SUBSCRIBERS s JOIN purchases p ON p.id = s.id",
  ),
  media(
    "capital-alias",
    "An alias in capitals is another name to a reader and the same to DuckDB.",
    "QRY-12",
    "subscribers S JOIN purchases p ON p.id = S.id",
  ),
  media(
    "quoted-other-table",
    "A quoted name with capitals is another table.",
    "QRY-12",
    '"Subscribers2" s JOIN purchases p ON p.id = s.id',
  ),
  hostile(
    "media",
    "left-join-in-cte",
    "A LEFT JOIN in a common table expression hides who is missing.",
    "QRY-4",
    "query-refused",
    {
      ctes: "WITH both_sides AS (SELECT s.id, s.region FROM subscribers s LEFT JOIN impressions i ON i.id = s.id) ",
      from: "both_sides s JOIN purchases p ON p.id = s.id",
      where: "p.items >= 1",
    },
  ),
  hostile("media", "unknown-column", "A column that no dataset declares.", "QRY-12", "query-refused", {
    where: "s.salary >= 18",
  }),
  hostile(
    "media",
    "capital-column",
    "A column in capitals is another name to a reader and the same to DuckDB.",
    "QRY-12",
    "query-refused",
    { where: "s.AGE >= 18" },
  ),
  hostile("media", "unknown-alias", "A relation that is not in FROM.", "QRY-12", "query-refused", {
    where: "x.age >= 18",
  }),
  hostile("media", "ambiguous-column", "A column that two relations have.", "QRY-12", "query-refused", {
    from: "subscribers s JOIN purchases p ON p.id = s.id JOIN purchases q ON q.id = s.id",
    where: "amount > 5",
  }),
  hostile("media", "hidden-by-alias", "The dataset's own name after it got an alias.", "QRY-12", "query-refused", {
    where: "subscribers.age >= 18",
  }),
  hostile(
    "media",
    "other-token-spec",
    "Identities made by another secret never match, or match strangers.",
    "RULE-8",
    "query-refused",
    {
      edit: (contract) => {
        const [spec] = contract.tokenSpecs
        if (spec !== undefined) contract.tokenSpecs.push({ ...spec, name: "others" })
        withDataset("purchases", (dataset) => {
          dataset.tokenSpec = "others"
        })(contract)
      },
    },
  ),
  hostile("fraud", "three-way-free", "Three datasets of which two are tied.", "QRY-3", "query-refused", {
    from: "transfers_a a JOIN transfers_b b ON b.id = a.id, accounts c",
    output: [dimension("transfers-a.channel"), count("people"), sum("total", "transfers-b.value")],
  }),
]
