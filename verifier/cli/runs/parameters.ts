import type { Query } from "../../../shared/contract/query.ts"
import type { ParameterValues } from "../../../shared/protocol/proposal.ts"

/** `name=value` texts as values of a query's parameters; `checkParameters` judges them. */
export function givenParameters(query: Query, given: readonly string[]): ParameterValues {
  const entries = given.map((text) => {
    const [name = "", ...rest] = text.split("=")
    const value = rest.join("=")
    const declared = query.parameters.find((parameter) => parameter.name === name)
    return [name, declared?.type === "integer" ? Number(value) : value] as const
  })
  return Object.fromEntries(entries)
}
