import type { Parameter, Query } from "../contract/query.ts"
import { ParleyError } from "../errors/index.ts"
import { CalendarDate, DecimalText, Instant } from "../json/fields.ts"
import type { ParameterValues } from "../protocol/proposal.ts"
import { textToScaled } from "./decimal.ts"

/** Throws unless there is exactly one value for each declared parameter, of its type and within its range. */
export function checkParameters(query: Query, values: ParameterValues): ParameterValues {
  const names = new Set(query.parameters.map(({ name }) => name))
  for (const name of Object.keys(values)) {
    if (!names.has(name)) throw new ParleyError("parameter-invalid", `${name} is not a parameter of ${query.name}`)
  }
  for (const parameter of query.parameters) {
    const value = values[parameter.name]
    if (value === undefined || !fits(parameter, value)) {
      throw new ParleyError(
        "parameter-invalid",
        `${parameter.name}: ${value === undefined ? "missing" : "not allowed"}`,
      )
    }
  }
  return values
}

function fits(parameter: Parameter, value: string | number): boolean {
  switch (parameter.type) {
    case "text":
      return typeof value === "string" && parameter.domain.includes(value)
    case "integer":
      return typeof value === "number" && value >= parameter.range.min && value <= parameter.range.max
    case "decimal":
      return typeof value === "string" && DecimalText.safeParse(value).success && decimalFits(parameter, value)
    case "date":
      return typeof value === "string" && CalendarDate.safeParse(value).success && between(parameter.range, value)
    case "timestamp":
      return typeof value === "string" && Instant.safeParse(value).success && between(parameter.range, value)
  }
}

/** Dates and instants of one form compare as text. */
function between(range: { readonly min: string; readonly max: string }, value: string): boolean {
  return value >= range.min && value <= range.max
}

function decimalFits({ range, scale }: Extract<Parameter, { type: "decimal" }>, value: string): boolean {
  if ((value.split(".")[1] ?? "").length > scale) return false
  const units = textToScaled(value, 18)
  return units >= textToScaled(range.min, 18) && units <= textToScaled(range.max, 18)
}
