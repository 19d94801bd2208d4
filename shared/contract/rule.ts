import * as z from "zod"
import { ColumnName, DecimalText, Digest, integer, Name, text, uniqueList } from "../json/fields.ts"

const columns = uniqueList(ColumnName, 0, 500)
const MinIdentities = integer(2, 1_000_000)

/**
 * Distinct identities that must be behind every released number, at least; more for numbers that read one of `columns`.
 * Below 11 needs a named override.
 */
const Threshold = z.strictObject({
  columns: z.array(z.strictObject({ column: ColumnName, minIdentities: MinIdentities })).max(500),
  minIdentities: MinIdentities,
  override: z.strictObject({ approvedBy: text(120), reason: text(1000) }).nullable(),
})

/** Released counts are multiples of `countStep`; sums of `sumStep`, and never finer than `countStep` identities' largest contributions. */
const Rounding = z.strictObject({ countStep: integer(1, 1_000_000), sumStep: DecimalText.nullable() })

/**
 * (n,k): the n largest contributors make at most k percent of the absolute total. p%: all but the two largest make at
 * least p percent of the largest, so that the second cannot estimate it closer than that (Hundepool et al., Statistical
 * Disclosure Control, 2012, section 4.2.2).
 */
export const Dominance = z.discriminatedUnion("kind", [
  z.strictObject({ k: integer(1, 99), kind: z.literal("n-k"), n: integer(1, 10) }),
  z.strictObject({ kind: z.literal("p-percent"), p: integer(1, 99) }),
])
export type Dominance = z.infer<typeof Dominance>

/** What an identity may lose over all runs on this data, whatever contract they belong to. */
const PrivacyBudget = z.strictObject({ delta: DecimalText, epsilon: DecimalText })

/** Functions and operators that a rule can let a query apply to its owner's columns. */
export const ScalarFunction = z.enum([
  "abs",
  "add",
  "case",
  "cast",
  "coalesce",
  "date_diff",
  "date_part",
  "date_trunc",
  "divide",
  "greatest",
  "interval",
  "least",
  "modulo",
  "multiply",
  "negate",
  "subtract",
])
export type ScalarFunction = z.infer<typeof ScalarFunction>

/** An owner's analysis rule for one dataset: what may be asked of it, and what may leave (SPEC.md, "Analysis rule"). */
export const AnalysisRule = z.strictObject({
  /** Columns whose values may be added up, and how. */
  aggregateColumns: z
    .array(z.strictObject({ column: ColumnName, functions: uniqueList(z.enum(["avg", "sum"]), 1, 2) }))
    .max(500),
  allowedRecipients: uniqueList(Name, 1, 64),
  dimensionColumns: columns,
  /** Every released sum and average must meet all of them. */
  dominance: uniqueList(Dominance, 0, 4),
  filterColumns: columns,
  joinColumns: columns,
  joinRequired: uniqueList(Name, 0, 64),
  /**
   * `aggregation`: any query within the lists below. `template`: the queries whose digests `templates` holds and no
   * others; the lists must hold as well. `list`: row-level lists, not honoured.
   */
  kind: z.enum(["aggregation", "list", "template"]),
  /** Most runs and versions over all contracts; null where the contract's own limits are enough. */
  limits: z.strictObject({ runs: integer(1, 1_000_000).nullable(), versions: integer(1, 10_000).nullable() }),
  /** Columns that no query compares with a literal or parameter, not even after functions or per-person aggregates. */
  neverCompared: columns,
  privacyBudget: PrivacyBudget.nullable(),
  purposes: uniqueList(Name, 1, 32),
  rounding: Rounding,
  /** What may be done with the number of rows that an identity has. */
  rowCounts: uniqueList(z.enum(["aggregate", "dimension", "filter"]), 0, 3),
  scalarFunctions: uniqueList(ScalarFunction, 0, 100),
  /** Digests of queries (`parley contract check` prints them); empty unless `kind` is `template`. */
  templates: uniqueList(Digest, 0, 100),
  threshold: Threshold,
})
export type AnalysisRule = z.infer<typeof AnalysisRule>
