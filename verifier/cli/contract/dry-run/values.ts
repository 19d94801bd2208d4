import type { Parameter, Query } from "../../../../shared/contract/query.ts"
import type { ParameterValues } from "../../../../shared/protocol/proposal.ts"
import { scaledToText, textToScaled } from "../../../../shared/query/decimal.ts"
import { checkParameters } from "../../../../shared/query/parameters.ts"
import { givenParameters } from "../../runs/parameters.ts"

/** Values that were given for a query's parameters, and for the others the middle of what is declared, or the first. */
export function parameterValues(query: Query, given: readonly string[]): ParameterValues {
  const own = given.filter((text) => query.parameters.some(({ name }) => text.startsWith(`${name}=`)))
  const declared = Object.fromEntries(query.parameters.map((parameter) => [parameter.name, middleOf(parameter)]))
  return checkParameters(query, { ...declared, ...givenParameters(query, own) })
}

/** In the middle of a range a condition leaves some rows, whichever way it points. */
function middleOf(parameter: Parameter): string | number {
  switch (parameter.type) {
    case "text":
      return parameter.domain[0] ?? ""
    case "integer":
      return Math.floor(parameter.range.min / 2 + parameter.range.max / 2)
    case "decimal": {
      const [min, max] = [parameter.range.min, parameter.range.max].map((text) => textToScaled(text, parameter.scale))
      return scaledToText(((min ?? 0n) + (max ?? 0n)) / 2n, parameter.scale)
    }
    case "date":
      return middleInstant(parameter.range).slice(0, 10)
    case "timestamp":
      return `${middleInstant(parameter.range).slice(0, 19)}Z`
  }
}

function middleInstant({ max, min }: { readonly max: string; readonly min: string }): string {
  return new Date((Date.parse(min) + Date.parse(max)) / 2).toISOString()
}
