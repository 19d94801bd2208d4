import type { ValueColumn } from "../../shared/contract/columns.ts"
import type { Dataset } from "../../shared/contract/dataset.ts"
import { ScalarFunction } from "../../shared/contract/rule.ts"
import type { Random } from "../fuzz/random.ts"
import { testDataset } from "../support/datasets.ts"
import type { Tables } from "./brute-force.ts"
import { days, micros, type Row, type Value } from "./value.ts"

/** Datasets of a few owners with data of a few people, all of it within what is declared. */
export interface World {
  readonly datasets: readonly Dataset[]
  readonly tables: Tables
  readonly people: number
}

const OWNERS = ["bank", "bureau", "shop"] as const
const TEXTS = ["a", "b'c", "ü"]

export function between(g: Random, min: number, max: number): number {
  return min + g.int(max - min + 1)
}

export function oneOf<T>(g: Random, list: readonly T[]): T {
  return g.pick(list)
}

export function chance(g: Random, percent: number): boolean {
  return g.chance(percent / 100)
}

export function makeWorld(g: Random): World {
  const people = between(g, 4, 24)
  const datasets = OWNERS.slice(0, between(g, 2, 3)).map((owner, index) => makeDataset(g, owner, `t${index}`))
  return { datasets, people, tables: new Map(datasets.map((dataset) => [dataset.name, makeRows(g, dataset, people)])) }
}

function makeDataset(g: Random, owner: string, name: string): Dataset {
  const columns = makeColumns(g)
  const names = columns.map((column) => column.name)
  const dataset = testDataset(name, owner, columns, { maxRows: 1000, maxRowsPerIdentity: between(g, 1, 3) })
  const threshold = { columns: [], minIdentities: oneOf(g, [2, 2, 3]), override: null }
  const rule: Dataset["rule"] = {
    ...dataset.rule,
    aggregateColumns: names.filter((column) => column !== "t").map((column) => ({ column, functions: ["avg", "sum"] })),
    allowedRecipients: ["agency"],
    dimensionColumns: names,
    dominance: [
      oneOf(g, [
        { kind: "p-percent", p: 5 },
        { k: 95, kind: "n-k", n: 1 },
        { k: 99, kind: "n-k", n: 3 },
      ]),
    ],
    filterColumns: names,
    purposes: ["overlap-analysis"],
    rounding: { countStep: between(g, 1, 3), sumStep: null },
    rowCounts: ["aggregate", "dimension", "filter"],
    scalarFunctions: [...ScalarFunction.options],
    threshold,
  }
  return { ...dataset, rule }
}

function makeColumns(g: Random): readonly ValueColumn[] {
  const common = (name: string) => ({ meaning: name, name, nullable: chance(g, 40) })
  const min = between(g, -20, 5)
  const step = oneOf(g, [1, 2, 5])
  const range = { max: min + step * between(g, 0, 12), min, step }
  const epoch = chance(g, 50)
  return [
    { ...common("n"), range, role: "measure", type: "integer" },
    { ...common("u"), range: { max: 3, min: 0, step: 1 }, role: "dimension", type: "integer" },
    { ...common("m"), range: { max: "7.25", min: "-2.5", step: "0.25" }, role: "measure", scale: 2, type: "decimal" },
    { ...common("t"), domain: TEXTS, role: "dimension", type: "text" },
    { ...common("b"), role: "attribute", type: "boolean" },
    { ...common("d"), range: { max: "2024-03-02", min: "2023-12-29" }, role: "dimension", type: "date" },
    {
      ...common("s"),
      range: epoch
        ? { max: "1970-01-01T02:00:00Z", min: "1969-12-31T22:00:00Z" }
        : { max: "2024-01-02T00:00:00Z", min: "2023-12-30T00:00:00Z" },
      role: "attribute",
      type: "timestamp",
    },
  ]
}

function makeRows(g: Random, dataset: Dataset, people: number): readonly Row[] {
  const columns = valueColumns(dataset)
  return Array.from({ length: people }, (_, person) => person).flatMap((person) =>
    Array.from({ length: chance(g, 80) ? between(g, 1, dataset.maxRowsPerIdentity) : 0 }, () => ({
      cells: new Map(columns.map((column) => [column.name, makeCell(g, column)] as const)),
      person,
    })),
  )
}

export function valueColumns({ columns }: Dataset): readonly ValueColumn[] {
  return columns.filter((column) => column.type !== "identity")
}

/** Small spans, so that values meet. */
export function makeCell(g: Random, column: ValueColumn): Value {
  if (column.nullable && chance(g, 20)) return null
  switch (column.type) {
    case "text":
      return oneOf(g, column.domain)
    case "boolean":
      return chance(g, 50)
    case "integer": {
      const { max, min, step } = column.range
      return BigInt(min + step * between(g, 0, (max - min) / step))
    }
    case "decimal":
      return -250n + 25n * BigInt(between(g, 0, 39))
    case "date":
      return days(column.range.min) + BigInt(between(g, 0, Number(days(column.range.max) - days(column.range.min))))
    case "timestamp": {
      const seconds = Number((micros(column.range.max) - micros(column.range.min)) / 1_000_000n)
      return (
        micros(column.range.min) + 1_000_000n * BigInt(chance(g, 50) ? between(g, 0, 8) * 1800 : between(g, 0, seconds))
      )
    }
  }
}
