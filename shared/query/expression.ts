import type { ValueType } from "./value-type.ts"

/** Types of a node and whether it may be null. No node can fail on a value of its operands' types (QRY-20). */
interface Typed {
  readonly type: ValueType
  readonly nullable: boolean
}

export type Comparison = "=" | "<>" | "<" | "<=" | ">" | ">="
/** Units of time of whole length, for shifts and differences. */
export type ClockUnit = "second" | "minute" | "hour" | "day" | "week"
export type CalendarUnit = "day" | "week" | "month" | "quarter" | "year"
export type PartUnit = "year" | "quarter" | "month" | "day" | "isodow" | "hour"

/**
 * A typed expression over the relations of one block. Both sides of a comparison, the branches of CASE, and the operands
 * of `least`, `greatest`, `coalesce` and `in` are of one kind of value; decimals may differ in scale.
 */
export type Expression = Typed &
  (
    | { readonly node: "column"; readonly relation: number; readonly column: string }
    /** The value as a contract writes it: integers and decimals in digits, `true`, dates, instants, text. */
    | { readonly node: "constant"; readonly text: string }
    /** Bound, never spliced. */
    | { readonly node: "parameter"; readonly name: string }
    | { readonly node: "add" | "multiply" | "subtract"; readonly left: Expression; readonly right: Expression }
    /** Whole division and its rest: `left` is an integer that is never negative, `by` a constant above zero. */
    | { readonly node: "divide" | "modulo"; readonly left: Expression; readonly by: bigint }
    | { readonly node: "absolute" | "negate"; readonly operand: Expression }
    | { readonly node: "coalesce" | "greatest" | "least"; readonly operands: readonly Expression[] }
    | { readonly node: "case"; readonly branches: readonly Branch[]; readonly otherwise: Expression | null }
    | { readonly node: "compare"; readonly operator: Comparison; readonly left: Expression; readonly right: Expression }
    | { readonly node: "and" | "or"; readonly operands: readonly Expression[] }
    | { readonly node: "not"; readonly operand: Expression }
    | { readonly node: "is-null"; readonly operand: Expression }
    | { readonly node: "in"; readonly operand: Expression; readonly values: readonly Expression[] }
    /** A date (by days or weeks) or timestamp moved by `count` units; `count` is a constant or parameter, an integer. */
    | {
        readonly node: "shift"
        readonly operand: Expression
        readonly unit: ClockUnit
        readonly count: Expression
        readonly back: boolean
      }
    /** `date_trunc` of a date or timestamp; the result is a date. */
    | { readonly node: "truncate"; readonly operand: Expression; readonly unit: CalendarUnit }
    | { readonly node: "part"; readonly operand: Expression; readonly unit: PartUnit }
    /** `date_diff`: boundaries of `unit` between two dates or two timestamps, from `left` to `right`. */
    | {
        readonly node: "difference"
        readonly unit: Exclude<ClockUnit, "week">
        readonly left: Expression
        readonly right: Expression
      }
    /** `TRY_CAST` to `type`: integer to decimal, decimal to integer, boolean to integer, timestamp to date, date to timestamp. */
    | { readonly node: "cast"; readonly operand: Expression }
  )

export interface Branch {
  readonly when: Expression
  readonly result: Expression
}
