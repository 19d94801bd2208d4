import { CalendarDate } from "../json/fields.ts"
import type { PlanOutput } from "../query/plan.ts"
import { daysOf, truncateDays } from "../query/types/calendar.ts"
import type { ValueType } from "../query/value-type.ts"

/** Tells of a cell whether it is one of the values that a dimension can have. */
export function declaredBy({ value }: Extract<PlanOutput, { kind: "dimension" }>): (cell: string | null) => boolean {
  const declared = declaredValues(value.type)
  return (cell) => (cell === null ? value.nullable : declared(cell))
}

function declaredValues(type: ValueType): (cell: string) => boolean {
  switch (type.kind) {
    case "text": {
      const domain = new Set(type.domain)
      return (cell) => domain.has(cell)
    }
    case "boolean":
      return (cell) => cell === "true" || cell === "false"
    case "integer":
      return (cell) => /^(?:0|-?[1-9]\d{0,17})$/.test(cell) && onGrid(BigInt(cell), type)
    case "date":
      return (cell) => CalendarDate.safeParse(cell).success && firstOfUnit(daysOf(cell), type)
    default:
      return () => false
  }
}

function onGrid(value: bigint, { max, min, step }: Extract<ValueType, { kind: "integer" }>): boolean {
  return value >= min && value <= max && (value - min) % step === 0n
}

function firstOfUnit(days: bigint, { max, min, unit }: Extract<ValueType, { kind: "date" }>): boolean {
  return days >= min && days <= max && truncateDays(days, unit) === days
}
