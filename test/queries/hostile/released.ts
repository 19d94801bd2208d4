import type { Contract } from "../../../shared/contract/contract.ts"
import type { OutputColumn } from "../../../shared/contract/query.ts"
import type { Reason } from "../case.ts"
import { avg, count, dimension, ratio, sum } from "../output.ts"
import type { Row } from "../worlds/chance.ts"
import { token } from "../worlds/chance.ts"
import type { World } from "../worlds/contract.ts"
import { BASES, sqlOf, withDataset, withRule } from "./bases.ts"

/** An attack with a query that the judge lets pass, by data or by choice of rows: the gate must not show the victim. */
export interface HostileData {
  readonly id: string
  readonly title: string
  readonly clauses: readonly string[]
  readonly world: World
  readonly sql: string
  readonly output: readonly OutputColumn[]
  readonly edit?: (contract: Contract) => void
  readonly rows: Readonly<Record<string, readonly Row[]>>
  /** The group that must not be released, by its first dimension; null where the attack is admitted (SECURITY.md). */
  readonly victim: string | null
  readonly reason: Reason | "opt-outs" | "rounding" | "sybils"
  /** People whom purchases' owner has newly taken out. */
  readonly newOptOuts?: readonly string[]
  /** Where it is released: the cells of every row. */
  readonly shows?: readonly (readonly (string | null)[])[]
}

const id = (person: number) => token("media", person)
const subscriber = (person: number, region: string, age = 40): Row => [
  id(person),
  region,
  `${age}`,
  "2020-01-01",
  "basic",
  "true",
]
const purchase = (person: number, amount: string, items = 1, day = "01"): Row => [
  id(person),
  `2026-02-${day} 12:00:00`,
  "food",
  amount,
  `${items}`,
  "false",
]
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)
const many = (region: string, from: number, to: number) => range(from, to).map((person) => subscriber(person, region))
const bought = (from: number, to: number, amount = "10.00") => range(from, to).map((person) => purchase(person, amount))

/** Two hundred in the east and two hundred in the west, each with one purchase, and whatever a case adds. */
const crowd = {
  purchases: bought(0, 400),
  subscribers: [...many("east", 0, 200), ...many("west", 200, 400)],
}
type Rest = Partial<Pick<HostileData, "edit" | "newOptOuts" | "output" | "shows">> & Parameters<typeof sqlOf>[1]

function released(
  entry: readonly [id: string, title: string, clauses: string],
  victim: string | null,
  reason: HostileData["reason"],
  rows: { readonly purchases: readonly Row[]; readonly subscribers: readonly Row[] },
  { edit, newOptOuts, output, shows, ...parts }: Rest = {},
): HostileData {
  const [name, title, clauses] = entry
  return {
    clauses: clauses.split(" "),
    id: `gate-${name}`,
    output: output ?? BASES.media.output,
    reason,
    rows: { impressions: [], ...rows },
    sql: sqlOf("media", parts),
    title,
    victim,
    world: "media",
    ...(edit === undefined ? {} : { edit }),
    ...(newOptOuts === undefined ? {} : { newOptOuts }),
    ...(shows === undefined ? {} : { shows }),
  }
}

const CASE_VICTIM = "sum(CASE WHEN p.items = 7 THEN p.amount ELSE 0 END)"

/** One row of purchases for each identity, and no rounding but that to one identity's largest contribution. */
const ONE_ROW_EACH = withDataset("purchases", (dataset) => {
  dataset.maxRowsPerIdentity = 1
  dataset.rule.rounding = { countStep: 1, sumStep: null }
})
const SHIFTS = [1, 2, 3, 4, 5, 6, 7, 8]

export const hostileData: readonly HostileData[] = [
  released(["victim-alone", "One person in a region of her own.", "GATE-2"], "north", "people", {
    purchases: [...crowd.purchases, purchase(900, "77.00")],
    subscribers: [...crowd.subscribers, subscriber(900, "north")],
  }),
  released(["victim-of-nineteen", "Nineteen people, one less than the threshold.", "GATE-2"], "north", "people", {
    purchases: [...crowd.purchases, ...bought(900, 919)],
    subscribers: [...crowd.subscribers, ...many("north", 900, 919)],
  }),
  released(
    ["one-weight", "A large group in which one person's CASE is not zero.", "GATE-3"],
    "east",
    "contributors",
    {
      purchases: crowd.purchases.map((row, index) =>
        index === 5 ? row.with(4, "7") : index < 200 ? row : row.with(4, "7"),
      ),
      subscribers: crowd.subscribers,
    },
    { total: CASE_VICTIM },
  ),
  released(
    ["all-but-one", "A sum over everybody but one person, beside the whole.", "GATE-4"],
    "east",
    "left-out",
    {
      purchases: crowd.purchases.map((row, index) => row.with(4, index === 5 ? "2" : "7")),
      subscribers: crowd.subscribers,
    },
    { total: CASE_VICTIM },
  ),
  released(
    ["filter-all-but-one", "A FILTER leaves one person out of a count.", "GATE-4"],
    "east",
    "left-out",
    {
      purchases: crowd.purchases.map((row, index) => row.with(4, index === 5 ? "2" : "7")),
      subscribers: crowd.subscribers,
    },
    { people: "count(DISTINCT s.id) FILTER (WHERE p.items = 7)" },
  ),
  released(
    ["filter-one", "A FILTER leaves one person in a count.", "GATE-3"],
    "east",
    "contributors",
    {
      purchases: crowd.purchases.map((row, index) => (index === 5 || index >= 200 ? row.with(4, "7") : row)),
      subscribers: crowd.subscribers,
    },
    { people: "count(DISTINCT s.id) FILTER (WHERE p.items = 7)" },
  ),
  released(
    ["ratio-side", "A ratio whose numerator is one person's.", "GATE-3 GATE-9"],
    "east",
    "contributors",
    {
      purchases: crowd.purchases.map((row, index) => (index === 5 || index >= 200 ? row.with(4, "7") : row)),
      subscribers: crowd.subscribers,
    },
    {
      output: [dimension("subscribers.region"), count("people"), ratio("total", "purchases.amount")],
      total: "sum(p.amount) FILTER (WHERE p.items = 7) / sum(p.amount)",
    },
  ),
  released(["dominant", "One person has nearly the whole sum.", "GATE-5"], "east", "dominance", {
    purchases: crowd.purchases.map((row, index) =>
      index === 5 ? row.with(3, "500.00") : index < 200 ? row.with(3, "0.02") : row,
    ),
    subscribers: crowd.subscribers,
  }),
  released(
    ["dominant-two", "Two persons have nearly the whole sum: each estimates the other.", "GATE-5"],
    "east",
    "dominance",
    {
      purchases: crowd.purchases.map((row, index) =>
        index === 5 || index === 6 ? row.with(3, "500.00") : index < 200 ? row.with(3, "0.02") : row,
      ),
      subscribers: crowd.subscribers,
    },
  ),
  released(
    ["dominant-average", "An average of which one person has nearly the whole.", "GATE-5"],
    "east",
    "dominance",
    {
      purchases: crowd.purchases.map((row, index) =>
        index === 5 ? row.with(3, "500.00") : index < 200 ? row.with(3, "0.02") : row,
      ),
      subscribers: crowd.subscribers,
    },
    {
      output: [dimension("subscribers.region"), count("people"), avg("total", "purchases.amount")],
      total: "avg(p.amount)",
    },
  ),
  released(["complement", "A withheld group is the total less the released ones.", "GATE-7"], "south", "complement", {
    purchases: [...crowd.purchases, purchase(900, "77.00"), ...bought(1000, 1030)],
    subscribers: [...crowd.subscribers, subscriber(900, "north"), ...many("south", 1000, 1030)],
  }),
  released(
    [
      "own-weights",
      "2^i per person within the declared range: rounding to one person's largest contribution is left.",
      "GATE-8",
    ],
    null,
    "rounding",
    {
      purchases: crowd.purchases.map((row, index) => row.with(3, `${2 ** (index % 8)}.00`)),
      subscribers: crowd.subscribers,
    },
    {
      shows: [
        ["east", "200", "12500"],
        ["west", "200", "12500"],
      ],
    },
  ),
  released(
    [
      "duplicates",
      "One person's row five times: counted once, and five times in a sum that is rounded to five rows.",
      "GATE-8",
    ],
    null,
    "rounding",
    {
      purchases: [...bought(0, 400, "100.00"), ...Array.from({ length: 4 }, () => purchase(5, "500.00"))],
      subscribers: crowd.subscribers,
    },
    {
      shows: [
        ["east", "200", "25000"],
        ["west", "200", "25000"],
      ],
    },
  ),
  released(
    ["sybils", "Nineteen invented subscribers beside one true one: k stops no sybils.", "GATE-2"],
    null,
    "sybils",
    {
      purchases: [...crowd.purchases, ...bought(900, 920)],
      subscribers: [...crowd.subscribers, ...many("north", 900, 920)],
    },
    {
      shows: [
        ["east", "200", "0"],
        ["north", "20", "0"],
        ["west", "200", "0"],
      ],
    },
  ),
  released(
    ["differencing", "The threshold cut at an age leaves one person out: both sides are too small to tell.", "GATE-2"],
    "north",
    "people",
    {
      purchases: [...crowd.purchases, ...bought(900, 920)],
      subscribers: [...crowd.subscribers, ...many("north", 900, 919), subscriber(919, "north", 90)],
    },
    { where: "s.age < 90" },
  ),
  released(
    [
      "differencing-in-one-row",
      "Two counts of one row that differ by one person: each of them by itself obeys the rules.",
      "GATE-11",
    ],
    "east",
    "alike",
    {
      purchases: crowd.purchases.map((row, index) =>
        row.with(4, index % 200 < 100 ? "2" : index % 200 === 100 ? "3" : "4"),
      ),
      subscribers: crowd.subscribers,
    },
    {
      output: [dimension("subscribers.region"), count("people"), count("total")],
      people: "count(DISTINCT s.id) FILTER (WHERE p.items >= 3)",
      total: "count(DISTINCT s.id) FILTER (WHERE p.items >= 4)",
    },
  ),
  released(
    ["count-as-a-sum", "One of two counts is written as a sum: their difference is one person.", "GATE-11"],
    "east",
    "alike",
    {
      purchases: crowd.purchases.map((row, index) =>
        row.with(4, index % 200 < 100 ? "2" : index % 200 === 100 ? "3" : "4"),
      ),
      subscribers: crowd.subscribers,
    },
    {
      edit: ONE_ROW_EACH,
      output: [dimension("subscribers.region"), count("people"), sum("total", "purchases.items")],
      people: "count(DISTINCT s.id) FILTER (WHERE p.items >= 3)",
      total: "sum(least(p.items, 1)) FILTER (WHERE p.items >= 4)",
    },
  ),
  released(
    [
      "shifted-sums",
      "Sums of shifted values dither the rounding away, of a set and of the set without one person.",
      "GATE-11",
    ],
    "east",
    "alike",
    {
      purchases: crowd.purchases.map((row, index) =>
        row.with(4, index % 200 < 100 ? "2" : index % 200 === 100 ? "3" : "4"),
      ),
      subscribers: crowd.subscribers,
    },
    {
      more: SHIFTS.map((shift) => `, sum(p.amount + ${shift}) FILTER (WHERE p.items >= 4) AS shifted_${shift}`).join(
        "",
      ),
      output: [
        dimension("subscribers.region"),
        count("people"),
        sum("total", "purchases.amount"),
        ...SHIFTS.map((shift) => sum(`shifted_${shift}`, "purchases.amount")),
      ],
      total: "sum(p.amount) FILTER (WHERE p.items >= 3)",
    },
  ),
  released(
    [
      "weights-of-one-and-two",
      "An own weight of two for one person beside exact counts tells that she is in the group; admitted (SECURITY.md).",
      "GATE-8",
    ],
    null,
    "rounding",
    {
      purchases: crowd.purchases.map((row, index) => row.with(4, index === 5 ? "2" : "1")),
      subscribers: crowd.subscribers,
    },
    {
      edit: (contract) => {
        ONE_ROW_EACH(contract)
        withDataset("purchases", ({ columns }) => {
          const items = columns.find(({ name }) => name === "items")
          if (items?.type === "integer") items.range = { max: 2, min: 1, step: 1 }
        })(contract)
      },
      output: [dimension("subscribers.region"), count("people"), sum("total", "purchases.items")],
      shows: [
        ["east", "200", "202"],
        ["west", "200", "200"],
      ],
      total: "sum(p.items)",
    },
  ),
  released(
    [
      "sum-of-ones",
      "A sum of ones would be an exact count where counts are rounded to a hundred: it is rounded as they are.",
      "GATE-8",
    ],
    null,
    "rounding",
    {
      purchases: bought(0, 427),
      subscribers: [...many("east", 0, 213), ...many("west", 213, 427)],
    },
    {
      edit: (contract) => {
        ONE_ROW_EACH(contract)
        withRule("subscribers", (rule) => {
          rule.rounding.countStep = 100
        })(contract)
      },
      output: [dimension("subscribers.region"), count("people"), sum("total", "purchases.items")],
      shows: [
        ["east", "200", "200"],
        ["west", "200", "200"],
      ],
      total: "sum(least(p.items, 1))",
    },
  ),
  released(
    ["opt-out-of-one", "One person was taken out since an earlier run: the two results would be subtracted.", "GATE-6"],
    "east",
    "opt-outs",
    crowd,
    {
      newOptOuts: [id(5)],
    },
  ),
  released(
    ["opt-out-of-nineteen", "Nineteen were taken out, one less than the threshold.", "GATE-6"],
    "east",
    "opt-outs",
    crowd,
    {
      newOptOuts: range(0, 19).map(id),
    },
  ),
  released(
    ["opt-out-of-many", "Twenty were taken out: nobody of them can be told.", "GATE-6"],
    null,
    "opt-outs",
    crowd,
    {
      newOptOuts: range(0, 20).map(id),
      shows: [
        ["east", "180", "0"],
        ["west", "200", "0"],
      ],
    },
  ),
  released(
    [
      "most-groups",
      "A limit of one group tells how many pass: the smallest are withheld, and nothing fails.",
      "GATE-7",
    ],
    "east",
    "complement",
    {
      purchases: [...crowd.purchases, ...bought(1000, 1100)],
      subscribers: [...crowd.subscribers, ...many("north", 1000, 1100)],
    },
    {
      edit: ({ queries: [query] }) => {
        if (query !== undefined) query.maxGroups = 1
      },
    },
  ),
]
