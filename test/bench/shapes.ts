import type { Column } from "../../shared/contract/columns.ts"
import { integerColumn, textColumn } from "../support/datasets.ts"

const REGIONS = Array.from({ length: 20 }, (_, index) => `r${String(index).padStart(2, "0")}`)
const SEGMENTS = ["private", "premium", "business", "student", "retired"]

/** A table that a bench seals: its columns beside the identity, and what makes their values out of the row number `i`. */
interface Shape {
  readonly columns: readonly Column[]
  readonly values: readonly string[]
}

/** The worst case: hardly anything but identities. */
export const NARROW: Shape = {
  columns: [integerColumn("balance", "measure", 0, 1000)],
  values: ["(hash(i) % 1001)::BIGINT"],
}

/** What a bank knows of a customer, typed. */
export const WIDE: Shape = {
  columns: [
    integerColumn("balance", "measure", 0, 10_000_000),
    integerColumn("visits", "measure", 0, 5000),
    integerColumn("score", "attribute", 0, 1_000_000),
    decimalColumn("turnover"),
    decimalColumn("credit"),
    textColumn("region", REGIONS),
    textColumn("segment", SEGMENTS),
    { ...common("opened"), range: { max: "2026-12-31", min: "1990-01-01" }, role: "attribute", type: "date" },
    {
      ...common("seen"),
      range: { max: "2030-01-01T00:00:00Z", min: "2020-01-01T00:00:00Z" },
      role: "attribute",
      type: "timestamp",
    },
    { ...common("active"), role: "attribute", type: "boolean" },
  ],
  values: [
    "(hash(i) % 10000001)::BIGINT",
    "(hash(i + 1) % 5001)::BIGINT",
    "(hash(i + 2) % 1000001)::BIGINT",
    "((hash(i + 3) % 100000000)::BIGINT / 100)::DECIMAL(18, 2)",
    "((hash(i + 4) % 1000000)::BIGINT / 100)::DECIMAL(18, 2)",
    "'r' || lpad((hash(i + 5) % 20)::VARCHAR, 2, '0')",
    `[${SEGMENTS.map((name) => `'${name}'`).join(", ")}][1 + (hash(i + 6) % 5)::INTEGER]`,
    "DATE '1990-01-01' + (hash(i + 7) % 13000)::INTEGER",
    "TIMESTAMP '2020-01-01' + to_microseconds((hash(i + 8) % 300000000000000)::BIGINT)",
    "hash(i + 9) % 2 = 0",
  ],
}

/** A 32-character identity; with `messy`, some in capitals between blanks and some with a letter beyond ASCII. */
export function rowsOf({ columns, values }: Shape, rows: number, messy: boolean): string {
  const plain = "md5(i::VARCHAR)"
  const odd = `CASE i % 10 WHEN 3 THEN '  ' || upper(${plain}) || ' ' WHEN 7 THEN 'ü' || ${plain} ELSE ${plain} END`
  const selected = columns.map(({ name }, index) => `${values[index]} AS ${name}`)
  return `SELECT ${messy ? odd : plain} AS id, ${selected.join(", ")} FROM range(${rows}) r(i)`
}

function common(name: string) {
  return { meaning: name, name, nullable: false }
}

function decimalColumn(name: string): Column {
  return {
    ...common(name),
    range: { max: "999999.99", min: "0", step: "0.01" },
    role: "measure",
    scale: 2,
    type: "decimal",
  }
}
