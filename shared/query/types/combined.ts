import type { ValueType } from "../value-type.ts"
import { spanOf, type Temporal } from "./calendar.ts"
import { larger, type Numeric, rescaled, scaleOfType, smaller, unionOf } from "./number.ts"

export interface Operand {
  readonly type: ValueType
  readonly nullable: boolean
}

/** Every value of any of the types, which are of one kind. */
export function combined(types: readonly ValueType[]): ValueType {
  const numbers = types.filter((type): type is Numeric => type.kind === "integer" || type.kind === "decimal")
  const times = types.filter((type): type is Temporal => type.kind === "date" || type.kind === "timestamp")
  const texts = types.flatMap((type) => (type.kind === "text" ? type.domain : []))
  if (numbers.length === types.length) return unionOf(numbers)
  if (times.length === types.length) return spanOf(times)
  if (texts.length > 0) return { domain: [...new Set(texts)], kind: "text" }
  return { kind: "boolean" }
}

/**
 * The least or the greatest of operands of one kind. Nulls are skipped, as DuckDB does, so that only an operand that is
 * never null bounds the result from the other side.
 */
export function extreme(which: "greatest" | "least", operands: readonly Operand[]): ValueType {
  const all = combined(operands.map(({ type }) => type))
  if (all.kind === "text" || all.kind === "boolean") return all
  const scale = scaleOfType(all)
  const sure = operands.flatMap(({ nullable, type }) => {
    if (nullable || type.kind === "text" || type.kind === "boolean") return []
    return [type.kind === "integer" || type.kind === "decimal" ? rescaled(type, scale) : type]
  })
  const max = which === "least" ? sure.map((type) => type.max).reduce(smaller, all.max) : all.max
  const min = which === "greatest" ? sure.map((type) => type.min).reduce(larger, all.min) : all.min
  return { ...all, max, min }
}
