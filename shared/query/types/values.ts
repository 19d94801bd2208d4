import type { ValueType } from "../value-type.ts"

/** The shortest of each. */
const DAYS: Readonly<Record<Extract<ValueType, { kind: "date" }>["unit"], bigint>> = {
  day: 1n,
  month: 28n,
  quarter: 90n,
  week: 7n,
  year: 365n,
}

/** As many values as a type has, for dates by months and longer a few more. */
export function valuesOf(type: ValueType): bigint {
  switch (type.kind) {
    case "text":
      return BigInt(type.domain.length)
    case "boolean":
      return 2n
    case "integer":
    case "decimal":
      return (type.max - type.min) / type.step + 1n
    case "date":
      return (type.max - type.min) / DAYS[type.unit] + 1n
    case "timestamp":
      return type.max - type.min + 1n
  }
}
