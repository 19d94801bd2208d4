import type { Column } from "../columns.ts"
import type { Contract } from "../contract.ts"
import type { Dataset } from "../dataset.ts"
import { invalid, requireGrid, requireOneOf, requireUnique, units } from "./require.ts"
import { checkRule } from "./rule.ts"

export function checkDatasets(contract: Contract): void {
  for (const [index, dataset] of contract.datasets.entries()) checkDataset(contract, dataset, `datasets.${index}`)
}

function checkDataset(contract: Contract, dataset: Dataset, path: string): void {
  const owner = contract.parties.find(({ card }) => card.name === dataset.owner)
  if (owner?.roles.includes("owner") !== true) throw invalid(`${path}.owner`, "is no party with the role owner")
  const specs = contract.tokenSpecs.map(({ name }) => name)
  const names = dataset.columns.map(({ name }) => name)
  requireOneOf(`${path}.tokenSpec`, dataset.tokenSpec, specs)
  requireUnique(`${path}.columns`, names)
  if (dataset.columns.filter(({ type }) => type === "identity").length !== 1) {
    throw invalid(`${path}.columns`, "exactly one column is the identity")
  }
  for (const [index, column] of dataset.columns.entries()) checkColumn(column, `${path}.columns.${index}`)
  checkRule(contract, dataset, `${path}.rule`)
}

function checkColumn(column: Column, path: string): void {
  if (column.type === "integer") {
    const { max, min, step } = column.range
    requireGrid(path, BigInt(min), BigInt(max), BigInt(step))
  }
  if (column.type === "decimal") {
    const { max, min, step } = column.range
    const inUnits = (text: string) => units(text, column.scale, path)
    requireGrid(path, inUnits(min), inUnits(max), inUnits(step))
  }
  if ((column.type === "date" || column.type === "timestamp") && column.range.max < column.range.min) {
    throw invalid(`${path}.range`, "ends before it begins")
  }
}
