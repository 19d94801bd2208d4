import type { CalendarUnit } from "./expression.ts"

/**
 * Every value that an expression can have, from declared domains and ranges. Bounds are inclusive. Integers and decimals
 * are `min`, `min + step`, ...; decimals in units of 10^-scale. Dates are days since 1970-01-01, each the first of its
 * `unit`; timestamps are microseconds since 1970-01-01T00:00:00Z.
 */
export type ValueType =
  | { readonly kind: "text"; readonly domain: readonly string[] }
  | { readonly kind: "boolean" }
  | { readonly kind: "integer"; readonly min: bigint; readonly max: bigint; readonly step: bigint }
  | {
      readonly kind: "decimal"
      readonly min: bigint
      readonly max: bigint
      readonly step: bigint
      readonly scale: number
    }
  | { readonly kind: "date"; readonly min: bigint; readonly max: bigint; readonly unit: CalendarUnit }
  | { readonly kind: "timestamp"; readonly min: bigint; readonly max: bigint }
