import * as z from "zod"
import { CalendarDate, ColumnName, DecimalText, Instant, integer, Name, text, uniqueList } from "../json/fields.ts"

/** A typed parameter with its declared values; bound, never spliced into SQL. */
const Parameter = z.discriminatedUnion("type", [
  z.strictObject({ domain: uniqueList(text(200), 1, 1000), name: ColumnName, type: z.literal("text") }),
  z.strictObject({
    name: ColumnName,
    range: z.strictObject({ max: integer(-(2 ** 53) + 1, 2 ** 53 - 1), min: integer(-(2 ** 53) + 1, 2 ** 53 - 1) }),
    type: z.literal("integer"),
  }),
  z.strictObject({
    name: ColumnName,
    range: z.strictObject({ max: DecimalText, min: DecimalText }),
    scale: integer(1, 9),
    type: z.literal("decimal"),
  }),
  z.strictObject({
    name: ColumnName,
    range: z.strictObject({ max: CalendarDate, min: CalendarDate }),
    type: z.literal("date"),
  }),
  z.strictObject({
    name: ColumnName,
    range: z.strictObject({ max: Instant, min: Instant }),
    type: z.literal("timestamp"),
  }),
])
export type Parameter = z.infer<typeof Parameter>

const Read = z.strictObject({ column: ColumnName, dataset: Name })
/** Columns of the argument of a sum or average, in the order of the SQL, each once; filters are not among them. */
const Reads = uniqueList(Read, 0, 50)

/** Every value that a computed dimension can have. */
const BucketValues = z.discriminatedUnion("type", [
  z.strictObject({ domain: uniqueList(text(200), 1, 10_000), type: z.literal("text") }),
  z.strictObject({
    range: z.strictObject({
      max: integer(-(2 ** 53) + 1, 2 ** 53 - 1),
      min: integer(-(2 ** 53) + 1, 2 ** 53 - 1),
      step: integer(1, 2 ** 53 - 1),
    }),
    type: z.literal("integer"),
  }),
  z.strictObject({ type: z.literal("boolean") }),
  /** First days of `unit` from `min` to `max`. */
  z.strictObject({
    range: z.strictObject({ max: CalendarDate, min: CalendarDate }),
    type: z.literal("date"),
    unit: z.enum(["day", "week", "month", "quarter", "year"]),
  }),
])
export type BucketValues = z.infer<typeof BucketValues>

/**
 * One released column. A `dimension` shows a dataset column's declared values, a `bucket` a computed value that has
 * declared ones; `count` is count(distinct identity); a `ratio` is of two aggregates that are each released in the same
 * row or would have passed. The judge derives the same from the SQL and refuses a difference.
 */
const OutputColumn = z.discriminatedUnion("kind", [
  z.strictObject({ column: ColumnName, dataset: Name, kind: z.literal("dimension"), name: ColumnName }),
  z.strictObject({ kind: z.literal("bucket"), name: ColumnName, values: BucketValues }),
  z.strictObject({ kind: z.literal("count"), name: ColumnName }),
  z.strictObject({ kind: z.literal("sum"), name: ColumnName, reads: Reads }),
  z.strictObject({ kind: z.literal("avg"), name: ColumnName, reads: Reads }),
  z.strictObject({ kind: z.literal("ratio"), name: ColumnName, reads: Reads }),
])
export type OutputColumn = z.infer<typeof OutputColumn>

/**
 * Differential privacy of one query, in a contract whose release mode is that one. The unit is one identity in all
 * datasets at once. `rho` is what one run costs (zero-concentrated differential privacy, Bun and Steinke 2016).
 */
const QueryPrivacy = z.strictObject({
  /** By output column of a sum or average: the range to which each identity's total in a group is clamped. */
  clamps: z.array(z.strictObject({ column: ColumnName, max: DecimalText, min: DecimalText })).max(100),
  /** Most groups to which one identity contributes. */
  groupsPerIdentity: integer(1, 1000),
  rho: DecimalText,
})
export type QueryPrivacy = z.infer<typeof QueryPrivacy>

/** A named query of the contract. Table names in the SQL are dataset names with `-` written as `_`. */
export const Query = z.strictObject({
  maxGroups: integer(1, 100_000),
  meaning: text(1000),
  name: Name,
  output: z.array(OutputColumn).min(1).max(100),
  parameters: z.array(Parameter).max(50),
  /** Null under thresholds. */
  privacy: QueryPrivacy.nullable(),
  purpose: Name,
  recipients: uniqueList(Name, 1, 64),
  sql: z.string().min(1).max(20_000),
})
export type Query = z.infer<typeof Query>
