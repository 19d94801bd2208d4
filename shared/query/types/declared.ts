import type { ValueColumn } from "../../contract/columns.ts"
import type { BucketValues, Parameter } from "../../contract/query.ts"
import { textToScaled } from "../decimal.ts"
import type { CalendarUnit } from "../expression.ts"
import type { ValueType } from "../value-type.ts"
import { daysOf, microsOf } from "./calendar.ts"

/** The declared values of a dataset's column. */
export function columnType(column: ValueColumn): ValueType {
  switch (column.type) {
    case "text":
      return { domain: column.domain, kind: "text" }
    case "boolean":
      return { kind: "boolean" }
    case "integer":
      return { kind: "integer", ...integers(column.range) }
    case "decimal": {
      const units = (text: string) => textToScaled(text, column.scale)
      const { max, min, step } = column.range
      return { kind: "decimal", max: units(max), min: units(min), scale: column.scale, step: units(step) }
    }
    case "date":
      return { kind: "date", max: daysOf(column.range.max), min: daysOf(column.range.min), unit: "day" }
    case "timestamp":
      return { kind: "timestamp", max: microsOf(column.range.max), min: microsOf(column.range.min) }
  }
}

/** The declared values of a parameter. */
export function valueTypeOf(parameter: Parameter): ValueType {
  switch (parameter.type) {
    case "text":
      return { domain: parameter.domain, kind: "text" }
    case "integer":
      return { kind: "integer", ...integers({ ...parameter.range, step: 1 }) }
    case "decimal": {
      const { range, scale } = parameter
      return {
        kind: "decimal",
        max: textToScaled(range.max, scale),
        min: textToScaled(range.min, scale),
        scale,
        step: 1n,
      }
    }
    case "date":
      return { kind: "date", max: daysOf(parameter.range.max), min: daysOf(parameter.range.min), unit: "day" }
    case "timestamp":
      return { kind: "timestamp", max: microsOf(parameter.range.max), min: microsOf(parameter.range.min) }
  }
}

/** The declared values of a computed dimension. */
export function bucketType(values: BucketValues): ValueType {
  switch (values.type) {
    case "text":
      return { domain: values.domain, kind: "text" }
    case "boolean":
      return { kind: "boolean" }
    case "integer":
      return { kind: "integer", ...integers(values.range) }
    case "date":
      return { kind: "date", max: daysOf(values.range.max), min: daysOf(values.range.min), unit: values.unit }
  }
}

/** Units that begin only where a unit of the key begins. */
const COARSER: Readonly<Record<CalendarUnit, readonly CalendarUnit[]>> = {
  day: ["week", "month", "quarter", "year"],
  month: ["quarter", "year"],
  quarter: ["year"],
  week: [],
  year: [],
}

/** Whether every value of `type` is one of `declared`. */
export function within(type: ValueType, declared: ValueType): boolean {
  if (type.kind === "text" && declared.kind === "text") {
    const domain = new Set(declared.domain)
    return type.domain.every((text) => domain.has(text))
  }
  if (type.kind === "integer" && declared.kind === "integer") {
    const offGrid = (type.min - declared.min) % declared.step
    const single = type.min === type.max
    return inside(type, declared) && offGrid === 0n && (single || type.step % declared.step === 0n)
  }
  if (type.kind === "date" && declared.kind === "date") {
    return inside(type, declared) && (type.unit === declared.unit || COARSER[declared.unit].includes(type.unit))
  }
  return type.kind === "boolean" && declared.kind === "boolean"
}

interface Bounds {
  readonly min: bigint
  readonly max: bigint
}

function inside(inner: Bounds, outer: Bounds): boolean {
  return inner.min >= outer.min && inner.max <= outer.max
}

function integers({ max, min, step }: { readonly max: number; readonly min: number; readonly step: number }) {
  return { max: BigInt(max), min: BigInt(min), step: BigInt(step) }
}
