import type { ValueType } from "../value-type.ts"
import { daysOf, MICROS_PER_DAY } from "./calendar.ts"

export const MAX_INTEGER = BigInt(Number.MAX_SAFE_INTEGER)
/** 18 digits, as DECIMAL(18, s) holds. */
export const MAX_DECIMAL = 10n ** 18n - 1n
/** Digits after the point of any result. */
export const MAX_SCALE = 18

const FIRST_DAY = daysOf("0001-01-01")
const LAST_DAY = daysOf("9999-12-31")

/** Whether no value of the type can overflow or leave the calendar. */
export function bounded(type: ValueType): boolean {
  switch (type.kind) {
    case "boolean":
    case "text":
      return true
    case "integer":
      return type.min >= -MAX_INTEGER && type.max <= MAX_INTEGER
    case "decimal":
      return type.scale <= MAX_SCALE && type.min >= -MAX_DECIMAL && type.max <= MAX_DECIMAL
    case "date":
      return type.min >= FIRST_DAY && type.max <= LAST_DAY
    case "timestamp":
      return type.min >= FIRST_DAY * MICROS_PER_DAY && type.max < (LAST_DAY + 1n) * MICROS_PER_DAY
  }
}
