import type { Column } from "../../../shared/contract/columns.ts"
import type { Dataset } from "../../../shared/contract/dataset.ts"
import type { OutputColumn, Query } from "../../../shared/contract/query.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { tableName } from "../../../shared/query/table-name.ts"

/** What recipes ask: sums and averages of one column each. */
type RecipeColumn = Extract<OutputColumn, { kind: "avg" | "count" | "dimension" | "sum" }>

/** A recipe: which numbers a kind of collaboration usually asks for. */
interface Recipe {
  readonly title: string
  readonly purpose: string
  readonly meaning: string
  readonly measures: readonly ("sum" | "avg")[]
}

export const RECIPES = {
  attribution: {
    meaning: "people who saw and who bought, and what they bought for, by campaign",
    measures: ["sum"],
    purpose: "attribution",
    title: "Attribution of sales to campaigns",
  },
  "fraud-velocity": {
    meaning: "people known to both sides, and the activity that only shows when both look",
    measures: ["sum", "avg"],
    purpose: "fraud-detection",
    title: "Fraud velocity across institutions",
  },
  "outcome-by-cohort": {
    meaning: "how an outcome differs between cohorts",
    measures: ["avg"],
    purpose: "outcome-research",
    title: "Outcome by cohort",
  },
  overlap: {
    meaning: "how many people both sides know, by segment",
    measures: [],
    purpose: "overlap-analysis",
    title: "Overlap of two customer bases",
  },
} as const satisfies Record<string, Recipe>

export type RecipeName = keyof typeof RECIPES

/** The recipe's query over all datasets: by the first dimension that there is, with the first measure. */
export function recipeQuery(recipe: RecipeName, datasets: readonly Dataset[], recipients: readonly string[]): Query {
  const { meaning, measures, purpose } = RECIPES[recipe]
  const dimension = firstWith(datasets, (column) => column.role === "dimension" && column.type !== "date")
  const measure = firstWith(datasets, (column) => column.role === "measure")
  if (measures.length > 0 && measure === null) {
    throw new ParleyError("usage", `recipe ${recipe} needs a measure column, and no dataset has one`)
  }
  const output: RecipeColumn[] = [
    ...(dimension === null ? [] : [{ ...dimension, kind: "dimension" as const, name: dimension.column }]),
    { kind: "count", name: "people" },
    ...measures.flatMap((kind) =>
      measure === null ? [] : [{ kind, name: `${kind}_${measure.column}`, reads: [measure] }],
    ),
  ]
  return {
    maxGroups: 1000,
    meaning,
    name: recipe,
    output,
    parameters: [],
    privacy: null,
    purpose,
    recipients: [...recipients],
    sql: sqlOf(datasets, output),
  }
}

/** The SQL that says what the declared output columns say. */
export function sqlOf(datasets: readonly Dataset[], output: readonly RecipeColumn[]): string {
  const identity = (dataset: Dataset) => {
    const column = dataset.columns.find(({ type }) => type === "identity")
    return `${tableName(dataset.name)}.${column?.name ?? ""}`
  }
  const [first, ...others] = datasets
  if (first === undefined) throw new ParleyError("usage", "a query needs a dataset")
  const selected = output.map((column) => {
    if (column.kind === "count") return `count(DISTINCT ${identity(first)}) AS ${column.name}`
    if (column.kind === "dimension") return `${tableName(column.dataset)}.${column.column} AS ${column.name}`
    const read = column.reads.map(({ column: name, dataset }) => `${tableName(dataset)}.${name}`)
    return `${column.kind}(${read.join()}) AS ${column.name}`
  })
  const joins = others.map((dataset) => `JOIN ${tableName(dataset.name)} ON ${identity(first)} = ${identity(dataset)}`)
  const grouped = output.flatMap((column) =>
    column.kind === "dimension" ? [`${tableName(column.dataset)}.${column.column}`] : [],
  )
  const lines = [`SELECT ${selected.join(", ")}`, `FROM ${tableName(first.name)}`, ...joins]
  return [...lines, ...(grouped.length === 0 ? [] : [`GROUP BY ${grouped.join(", ")}`])].join("\n")
}

function firstWith(datasets: readonly Dataset[], accept: (column: Column) => boolean) {
  for (const { columns, name } of datasets) {
    const column = columns.find(accept)
    if (column !== undefined) return { column: column.name, dataset: name }
  }
  return null
}
