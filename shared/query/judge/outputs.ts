import type { Places } from "../place.ts"
import type { Aggregate, PlanOutput } from "../plan.ts"
import { list, node, type TreeNode } from "../tree.ts"
import { type Context, deeper } from "./context.ts"
import { judgeExpression, unnamed } from "./expression.ts"
import { argumentsOf, OPERATOR, requireFunctionShape } from "./function-shape.ts"
import { everySource, keyOf, type Source, type Term, union } from "./lineage.ts"
import { requireUnguarded } from "./never-compared.ts"
import { isReleased, judgeReleased, type Released } from "./released.ts"
import { nameOf } from "./select.ts"
import { requireUse } from "./uses.ts"

/** One column of the output. */
export type JudgedOutput =
  | { readonly kind: "dimension"; readonly name: string; readonly alias: string | null; readonly term: Term }
  | { readonly kind: "aggregate"; readonly name: string; readonly released: Released }
  | { readonly kind: "ratio"; readonly name: string; readonly sides: readonly [Released, Released] }

export function judgeOutputs(context: Context, rows: bigint, select: TreeNode): readonly JudgedOutput[] {
  const { places } = context
  const outputs = list(select.select_list).map((item) => judgeOutput(context, rows, node(item)))
  const names = outputs.map(({ name }) => name)
  if (new Set(names).size !== names.length) places.refuse(null, "an output name occurs twice", "query-output")
  if (outputs.every(({ kind }) => kind === "dimension")) {
    places.refuse(null, "a query releases at least one aggregate", "query-output")
  }
  return outputs
}

function judgeOutput(context: Context, rows: bigint, item: TreeNode): JudgedOutput {
  const { places } = context
  const tree = unnamed(item)
  if (isReleased(tree)) {
    const released = judgeReleased(context, rows, tree)
    return { kind: "aggregate", name: nameOf(places, item), released }
  }
  if (tree.class === "FUNCTION" && tree.function_name === "/") {
    requireFunctionShape(places, tree, OPERATOR)
    const [numerator, denominator] = argumentsOf(places, tree, 2)
    const side = (child: TreeNode) => judgeReleased(deeper(context), rows, child)
    const sides = [side(numerator), side(denominator)] as const
    return { kind: "ratio", name: nameOf(places, item), sides }
  }
  const term = judgeDimension(context, tree)
  const name = nameOf(places, item)
  return { alias: item.alias === "" ? null : name, kind: "dimension", name, term }
}

/** A column as it is, or a value computed from columns whose owners let them be shown. */
function judgeDimension(context: Context, tree: TreeNode): Term {
  const { places } = context
  const term = judgeExpression(context, tree)
  const { kind } = term.expression.type
  const sources = everySource(term.lineage)
  if (sources.length === 0) places.refuse(tree, "an output column shows a column, or is one aggregate")
  if (kind === "decimal" || kind === "timestamp") {
    places.refuse(tree, `a ${kind} is no dimension: make it a date, an integer, a text or a boolean`, "query-type")
  }
  requireUse(places, tree, sources, "dimension")
  if (term.bare !== null) requireRole(places, tree, term.bare)
  else requireUnguarded(context, tree, [term], "it is shown as it is, or not at all")
  return term
}

/** An attribute shows itself in buckets, if its owner lists it, and never value by value. */
function requireRole(places: Places, at: TreeNode, { column, dataset }: Source): void {
  if (column === null || column.role === "dimension") return
  places.forbid(at, `${dataset.name}.${column.name} is no dimension: it may be shown in buckets`, "role", dataset.owner)
}

/** Columns whose values a sum, average or ratio adds up, in the order of the SQL. */
export function readsOf(sides: readonly Released[]): readonly string[] {
  const columns = (sources: readonly Source[]) => sources.filter(({ column }) => column !== null)
  return union(...sides.map(({ sources }) => columns(sources))).map(keyOf)
}

/** Aggregates in the order of the SQL, and outputs that refer to them. */
export function planOf(outputs: readonly JudgedOutput[]): {
  readonly aggregates: readonly Aggregate[]
  readonly outputs: readonly PlanOutput[]
} {
  const aggregates: Aggregate[] = []
  const add = ({ aggregate }: Released) => aggregates.push(aggregate) - 1
  const planned = outputs.map((output): PlanOutput => {
    const { name } = output
    if (output.kind === "dimension") return { kind: "dimension", name, value: output.term.expression }
    if (output.kind === "aggregate") return { aggregate: add(output.released), kind: "aggregate", name }
    const [numerator, denominator] = output.sides
    return { kind: "ratio", name, numerator: add(numerator), denominator: add(denominator) }
  })
  return { aggregates, outputs: planned }
}
