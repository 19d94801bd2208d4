import type { Row } from "../worlds/chance.ts"

/** Data of one owner that is no data of the contract: refused on that owner's data alone, before any join. */
export interface HostileDataset {
  readonly id: string
  readonly title: string
  readonly clauses: readonly string[]
  readonly rename?: Readonly<Record<string, string>>
  /** Types of columns, instead of purchases' own. */
  readonly types?: Readonly<Record<string, string>>
  /** Further columns, by name, with SQL for their cells. */
  readonly more?: Readonly<Record<string, string>>
  readonly change?: (rows: readonly Row[]) => readonly Row[]
  /** Rows by file order; sorted by identity otherwise. */
  readonly order?: string
  /** Rows that the manifest names beyond those of the file. */
  readonly beyond?: number
  /** What the owner is told. */
  readonly says: string
}

const ID = 0
const BOUGHT = 1
const CATEGORY = 2
const AMOUNT = 3
const ITEMS = 4

const cell =
  (column: number, value: string | null) =>
  (rows: readonly Row[]): readonly Row[] =>
    rows.map((row, index) => (index === 7 ? row.with(column, value) : row))
const data = (id: string, title: string, says: string, rest: Partial<HostileDataset>): HostileDataset => ({
  clauses: ["SEAL-6"],
  id: `data-${id}`,
  says,
  title,
  ...rest,
})
const repeated = (times: number) => (rows: readonly Row[]) => [
  ...rows,
  ...Array.from({ length: times }, () => rows[0] ?? []),
]

/** Changes of the merchant's purchases. */
export const hostileDatasets: readonly HostileDataset[] = [
  data("weights", "2^100 + 2^i per person: one sum decodes a group.", "amount", {
    change: (rows) => rows.map((row, index) => row.with(AMOUNT, `${(2n ** BigInt(index % 50)).toString()}.00`)),
    types: { amount: "DECIMAL(18,2)" },
  }),
  data("weights-in-cents", "Digits below the declared range's step encode a person.", "is not amount", {
    change: cell(AMOUNT, "12.345"),
    types: { amount: "DECIMAL(18,3)" },
  }),
  data("beyond-range", "One amount beyond the declared range dominates.", "amount", { change: cell(AMOUNT, "500.01") }),
  data("below-range", "One amount below the declared range.", "amount", { change: cell(AMOUNT, "-0.01") }),
  data("doubled-rows", "2^i copies of one person's row: sums count it 2^i times.", "rows beyond", {
    change: repeated(64),
  }),
  data("one-row-more", "One row more than an identity may have.", "rows beyond", { change: repeated(5) }),
  data("outside-domain", "A category that names a person.", "category", { change: cell(CATEGORY, "ada-lovelace") }),
  data("domain-case", "A category in capitals is another one.", "category", { change: cell(CATEGORY, "Food") }),
  data("domain-space", "A category with a space behind it is another one.", "category", {
    change: cell(CATEGORY, "food "),
  }),
  data("empty-text", "Empty text in a declared domain.", "category", { change: cell(CATEGORY, "") }),
  data("null-cell", "An empty cell where none may be.", "items", { change: cell(ITEMS, null) }),
  data("null-identity", "A row of nobody.", "id", { change: cell(ID, null) }),
  data("infinite-time", "An instant that is infinite.", "bought_at", { change: cell(BOUGHT, "infinity") }),
  data("early-time", "An instant before the declared ones.", "bought_at", {
    change: cell(BOUGHT, "2025-12-31 23:59:59.999999"),
  }),
  data("off-grid", "An integer beyond its range.", "items", { change: cell(ITEMS, "11") }),
  data("unsorted", "Rows out of order hide how many an identity has.", "sorted", { order: "bought_at" }),
  data("column-more", "A column that the contract does not have.", "columns", { more: { note: "'x'" } }),
  data("column-renamed", "A column under another name.", "is not", { rename: { items: "count" } }),
  data("type-double", "Amounts as floats.", "is not amount", { types: { amount: "DOUBLE" } }),
  data("type-wide", "Amounts in more digits than 18.", "is not amount", { types: { amount: "DECIMAL(38,2)" } }),
  data("type-text", "Numbers as text.", "is not items", { types: { items: "VARCHAR" } }),
  data("identity-text", "Identities in clear text.", "is not id", { types: { id: "VARCHAR" } }),
  data("rows-missing", "Fewer rows than the manifest names.", "rows, the manifest", { beyond: 3 }),
  data("rows-more", "More rows than the manifest names.", "rows, the manifest", { beyond: -3 }),
]
