import type { Dataset } from "../contract/dataset.ts"
import type { Expression } from "./expression.ts"
import type { Block, Cte, CteColumn, Plan } from "./plan.ts"
import { dimensionsOf } from "./plan.ts"
import { expressionsIn } from "./walk.ts"

/** Columns of datasets, as `dataset.column`. */
export type Columns = ReadonlySet<string>

/**
 * Columns that every number of the plan depends on, through common table expressions: those of conditions on rows, of
 * groups and of dimensions.
 */
export function columnsBehindAll(plan: Plan): Columns {
  const conditions = [...plan.ctes.map(({ from }) => from), plan.from].flatMap((block) =>
    [block.where, ...block.relations.map(({ on }) => on)].flatMap((condition) => behind(plan, block, condition)),
  )
  const groups = plan.ctes
    .filter(({ grouped }) => grouped)
    .flatMap((cte) =>
      cte.columns.flatMap((column) => (column.kind === "value" ? behind(plan, cte.from, column.value) : [])),
    )
  const dimensions = dimensionsOf(plan).flatMap(({ value }) => behind(plan, plan.from, value))
  return new Set([...conditions, ...groups, ...dimensions])
}

/** Columns that one aggregate's argument and filter read. */
export function columnsBehind(plan: Plan, index: number): Columns {
  const aggregate = plan.aggregates[index]
  if (aggregate === undefined) throw new RangeError(`no aggregate ${index}`)
  const argument = aggregate.kind === "count" ? null : aggregate.argument
  return new Set([argument, aggregate.filter].flatMap((expression) => behind(plan, plan.from, expression)))
}

export function qualified({ name }: Pick<Dataset, "name">, column: string): string {
  return `${name}.${column}`
}

function behind(plan: Plan, block: Block, expression: Expression | null): readonly string[] {
  if (expression === null) return []
  return [...expressionsIn(expression)].flatMap((inner) => {
    if (inner.node !== "column") return []
    const source = block.relations[inner.relation]?.source
    if (source === undefined) throw new RangeError(`no relation ${inner.relation}`)
    if ("dataset" in source) return [qualified({ name: source.dataset }, inner.column)]
    return behindColumn(plan, cteOf(plan, source.cte), inner.column)
  })
}

function behindColumn(plan: Plan, { columns, from }: Cte, name: string): readonly string[] {
  const column = columns.find((candidate) => candidate.name === name)
  if (column === undefined) throw new RangeError(`no column ${name}`)
  return partsOf(column).flatMap((part) => behind(plan, from, part))
}

function partsOf(column: CteColumn): readonly (Expression | null)[] {
  if (column.kind === "identity") return []
  if (column.kind === "value") return [column.value]
  return [column.aggregate.argument, column.aggregate.by, column.aggregate.filter]
}

function cteOf({ ctes }: Plan, name: string): Cte {
  const cte = ctes.find((candidate) => candidate.name === name)
  if (cte === undefined) throw new RangeError(`no common table expression ${name}`)
  return cte
}
