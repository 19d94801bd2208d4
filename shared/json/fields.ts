import * as z from "zod"

/** Field kinds that signed objects are made of (SPEC.md, "Encodings"). All are closed: no default, no transform. */

/** Name of a party, dataset, query, token spec: it is a file name and a column prefix, so the alphabet is small. */
export const Name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, "a name is 1 to 32 of a-z, 0-9, - and starts with a letter")

/** Name of a column, parameter or output column; never needs quoting in SQL. */
export const ColumnName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/, "a column is 1 to 63 of a-z, 0-9, _ and starts with a letter")

/** SHA-256 in lowercase hex. */
export const Digest = z.string().regex(/^[0-9a-f]{64}$/, "expected 64 lowercase hex digits")

/** SHA-384 measurement in lowercase hex. */
export const Measurement = z.string().regex(/^[0-9a-f]{96}$/, "expected 96 lowercase hex digits")

/** Exactly `bytes` bytes in base64url without padding. */
export function base64urlOf(bytes: number) {
  const length = Math.ceil((bytes * 4) / 3)
  return z
    .string()
    .length(length)
    .regex(/^[A-Za-z0-9_-]*$/, `expected ${bytes} bytes in base64url`)
}

/** Up to `maxBytes` bytes in base64url without padding. */
export function base64urlUpTo(maxBytes: number) {
  return z
    .string()
    .max(Math.ceil((maxBytes * 4) / 3))
    .regex(/^[A-Za-z0-9_-]*$/, "expected base64url without padding")
}

/** Human text on one or several lines; control, bidi and invisible format characters would let it lie on a terminal. */
export function text(maxLength: number) {
  return z
    .string()
    .min(1)
    .max(maxLength)
    .refine(
      (s) => s.isWellFormed() && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(s.replaceAll("\n", "")),
      "control or format character",
    )
}

/** Instant in UTC, whole seconds: 2026-01-31T12:00:00Z. */
export const Instant = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/, "expected YYYY-MM-DDTHH:MM:SSZ")
  .refine((s) => !Number.isNaN(Date.parse(s)) && `${new Date(s).toISOString().slice(0, 19)}Z` === s, "no such instant")

/** Calendar date: 2026-01-31. */
export const CalendarDate = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, "expected YYYY-MM-DD")
  .refine((s) => !Number.isNaN(Date.parse(s)) && new Date(s).toISOString().slice(0, 10) === s, "no such date")

/** Exact decimal number as a string without exponent, superfluous zeros or minus zero: "-12.5". */
export const DecimalText = z
  .string()
  .max(40)
  .regex(/^(?:0|-?(?:0\.\d*[1-9]|[1-9]\d*(?:\.\d*[1-9])?))$/, "expected a decimal in shortest form")

/** Integer within the range that every JSON reader keeps exactly. */
export function integer(min: number, max: number) {
  return z.int().min(min).max(max)
}

/** List without repetitions. */
export function uniqueList<S extends z.ZodType>(item: S, min: number, max: number) {
  return z
    .array(item)
    .min(min)
    .max(max)
    .refine((list) => new Set(list.map((x) => JSON.stringify(x))).size === list.length, "repeated entry")
}
