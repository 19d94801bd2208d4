import { daysOf, truncateDays } from "../../query/types/calendar.ts"
import type { Contract } from "../contract.ts"
import type { BucketValues, OutputColumn, Parameter, Query } from "../query.ts"
import { invalid, purposeNames, requireAll, requireGrid, requireOneOf, requireUnique, units } from "./require.ts"

export function checkQueries(contract: Contract): void {
  for (const [index, query] of contract.queries.entries()) checkQuery(contract, query, `queries.${index}`)
}

function checkQuery(contract: Contract, query: Query, path: string): void {
  const recipients = contract.parties.filter(({ roles }) => roles.includes("recipient")).map(({ card }) => card.name)
  const parameters = query.parameters.map(({ name }) => name)
  const outputs = query.output.map(({ name }) => name)
  requireAll(`${path}.recipients`, query.recipients, recipients)
  requireOneOf(`${path}.purpose`, query.purpose, purposeNames(contract))
  requireUnique(`${path}.parameters`, parameters)
  requireUnique(`${path}.output`, outputs)
  for (const [index, output] of query.output.entries()) checkOutput(contract, output, `${path}.output.${index}`)
  for (const [index, parameter] of query.parameters.entries()) checkParameter(parameter, `${path}.parameters.${index}`)
}

function checkOutput({ datasets }: Contract, output: OutputColumn, path: string): void {
  if (output.kind === "bucket") checkBucket(output.values, `${path}.values`)
  const reads = output.kind === "dimension" ? [output] : "reads" in output ? output.reads : []
  for (const { column, dataset } of reads) {
    const found = datasets.find(({ name }) => name === dataset)?.columns.some(({ name }) => name === column)
    if (found !== true) throw invalid(path, `no column ${dataset}.${column}`)
  }
}

function checkBucket(values: BucketValues, path: string): void {
  if (values.type === "integer") {
    const { max, min, step } = values.range
    requireGrid(path, BigInt(min), BigInt(max), BigInt(step))
  }
  if (values.type !== "date") return
  const { max, min } = values.range
  if (max < min) throw invalid(`${path}.range`, "ends before it begins")
  for (const day of [min, max]) {
    if (truncateDays(daysOf(day), values.unit) !== daysOf(day))
      throw invalid(`${path}.range`, `${day} is not the first day of a ${values.unit}`)
  }
}

function checkParameter(parameter: Parameter, path: string): void {
  if (parameter.type === "text") return
  const { range } = parameter
  if (parameter.type === "decimal") {
    const inUnits = (text: string) => units(text, parameter.scale, path)
    requireGrid(path, inUnits(parameter.range.min), inUnits(parameter.range.max), 1n)
  } else if (range.max < range.min) throw invalid(`${path}.range`, "ends before it begins")
}
