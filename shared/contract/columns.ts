import * as z from "zod"
import { CalendarDate, ColumnName, DecimalText, Instant, integer, text, uniqueList } from "../json/fields.ts"

const MAX_SAFE = Number.MAX_SAFE_INTEGER

const common = { meaning: text(500), name: ColumnName, nullable: z.boolean() }
const UseRole = z.enum(["dimension", "measure", "attribute"])
const GroupRole = z.enum(["dimension", "attribute"])

/** The identity column: text at home, a 128-bit token (UUID) in sealed data. */
export const IdentityColumn = z.strictObject({
  meaning: text(500),
  name: ColumnName,
  role: z.literal("identity"),
  type: z.literal("identity"),
})

/** Text from a declared domain. Free text never enters the clean room. */
export const TextColumn = z.strictObject({
  ...common,
  domain: uniqueList(text(200), 1, 10_000),
  role: GroupRole,
  type: z.literal("text"),
})

/** Integers min, min + step, ... up to max (all inclusive), stored as 64-bit. */
export const IntegerColumn = z.strictObject({
  ...common,
  range: z.strictObject({
    max: integer(-MAX_SAFE, MAX_SAFE),
    min: integer(-MAX_SAFE, MAX_SAFE),
    step: integer(1, MAX_SAFE),
  }),
  role: UseRole,
  type: z.literal("integer"),
})

/** Exact decimals with `scale` digits after the point, min, min + step, ... up to max, stored as DECIMAL(18, scale). */
export const DecimalColumn = z.strictObject({
  ...common,
  range: z.strictObject({ max: DecimalText, min: DecimalText, step: DecimalText }),
  role: z.enum(["measure", "attribute"]),
  scale: integer(1, 9),
  type: z.literal("decimal"),
})

export const BooleanColumn = z.strictObject({ ...common, role: GroupRole, type: z.literal("boolean") })

export const DateColumn = z.strictObject({
  ...common,
  range: z.strictObject({ max: CalendarDate, min: CalendarDate }),
  role: GroupRole,
  type: z.literal("date"),
})

/** Instants in UTC, stored in whole microseconds without zone. */
export const TimestampColumn = z.strictObject({
  ...common,
  range: z.strictObject({ max: Instant, min: Instant }),
  role: z.literal("attribute"),
  type: z.literal("timestamp"),
})

export const Column = z.discriminatedUnion("type", [
  IdentityColumn,
  TextColumn,
  IntegerColumn,
  DecimalColumn,
  BooleanColumn,
  DateColumn,
  TimestampColumn,
])
export type Column = z.infer<typeof Column>
export type ValueColumn = Exclude<Column, { type: "identity" }>
export type IdentityColumn = z.infer<typeof IdentityColumn>
