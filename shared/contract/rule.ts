import * as z from "zod"
import { ColumnName, DecimalText, integer, Name, text, uniqueList } from "../json/fields.ts"

const columns = uniqueList(ColumnName, 0, 500)

/** Which identities of an output column must contribute, at least. Below 11 needs a named override. */
const Threshold = z.strictObject({
  minIdentities: integer(2, 1_000_000),
  override: z.strictObject({ approvedBy: text(120), reason: text(1000) }).nullable(),
})

/** Released counts are multiples of `countStep`, sums of `sumStep` or of one identity's largest contribution, if that is more. */
const Rounding = z.strictObject({ countStep: integer(1, 1_000_000), sumStep: DecimalText.nullable() })

/** (n,k): the n largest contributors make at most k percent. p%: the second largest cannot estimate the largest within p percent. */
const Dominance = z.discriminatedUnion("kind", [
  z.strictObject({ k: integer(1, 99), kind: z.literal("n-k"), n: integer(1, 10) }),
  z.strictObject({ kind: z.literal("p-percent"), p: integer(1, 99) }),
])

const PrivacyBudget = z.strictObject({ delta: DecimalText, epsilon: DecimalText })

/** An owner's analysis rule for one dataset: what may be asked of it, and what may leave. */
export const AnalysisRule = z.strictObject({
  aggregateColumns: z
    .array(
      z.strictObject({ column: ColumnName, functions: uniqueList(z.enum(["sum", "avg", "count-distinct"]), 1, 3) }),
    )
    .max(500),
  allowedRecipients: uniqueList(Name, 1, 64),
  dimensionColumns: columns,
  dominance: Dominance.nullable(),
  filterColumns: columns,
  joinColumns: columns,
  joinRequired: uniqueList(Name, 0, 64),
  kind: z.enum(["aggregation", "template", "list"]),
  neverCompared: columns,
  privacyBudget: PrivacyBudget.nullable(),
  purposes: uniqueList(Name, 1, 32),
  rounding: Rounding,
  scalarFunctions: uniqueList(ColumnName, 0, 100),
  threshold: Threshold,
})
export type AnalysisRule = z.infer<typeof AnalysisRule>
