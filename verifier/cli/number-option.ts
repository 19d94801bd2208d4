import { ParleyError } from "../../shared/errors/index.ts"

/** What a numeric option takes, both ends included. */
export interface NumberRange {
  readonly min: number
  readonly max: number
  readonly whole: boolean
}

export const HOURS: NumberRange = { max: 168, min: 0.02, whole: false }
export const TIMEOUT_SECONDS: NumberRange = { max: 604_800, min: 0, whole: false }
export const SEQUENCE: NumberRange = { max: 1_000_000_000, min: 1, whole: true }
export const PEOPLE: NumberRange = { max: 10_000_000, min: 1, whole: true }
export const DAYS: NumberRange = { max: 36_500, min: 1, whole: true }

/** A parser for commander. A bare `Number` lets NaN through, which fails only after something was booked or signed. */
export function numberOption(option: string, range: NumberRange): (text: string) => number {
  return (text) => requireNumber(option, /^\d{1,12}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN, range)
}

/** The value, if it is in the range; else `usage` with what is allowed. */
export function requireNumber(option: string, value: number, { max, min, whole }: NumberRange): number {
  if (value >= min && value <= max && (!whole || Number.isSafeInteger(value))) return value
  throw new ParleyError("usage", `${option} takes a ${whole ? "whole number" : "number"} from ${min} to ${max}`)
}
