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

/**
 * One released column. A dimension shows a dataset column's declared values; `count` is count(distinct identity);
 * `sum` and `avg` are over a declared measure. The judge derives the same from the SQL and refuses a difference.
 */
const OutputColumn = z.discriminatedUnion("kind", [
  z.strictObject({ column: ColumnName, dataset: Name, kind: z.literal("dimension"), name: ColumnName }),
  z.strictObject({ kind: z.literal("count"), name: ColumnName }),
  z.strictObject({ column: ColumnName, dataset: Name, kind: z.literal("sum"), name: ColumnName }),
  z.strictObject({ column: ColumnName, dataset: Name, kind: z.literal("avg"), name: ColumnName }),
])
export type OutputColumn = z.infer<typeof OutputColumn>

/** A named query of the contract. Table names in the SQL are dataset names with `-` written as `_`. */
export const Query = z.strictObject({
  maxGroups: integer(1, 100_000),
  meaning: text(1000),
  name: Name,
  output: z.array(OutputColumn).min(1).max(100),
  parameters: z.array(Parameter).max(50),
  purpose: Name,
  recipients: uniqueList(Name, 1, 64),
  sql: z.string().min(1).max(20_000),
})
export type Query = z.infer<typeof Query>
