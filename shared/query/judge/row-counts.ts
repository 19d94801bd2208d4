import type { Source, Term } from "./lineage.ts"
import type { Source as Relation, Scope } from "./scope.ts"

/** The numbers of rows behind relations. */
export function rowsOf(relations: readonly Relation[]): readonly Source[] {
  return relations.flatMap(({ behind }) => behind.map((dataset) => ({ column: null, dataset })))
}

/**
 * Whose rows a sum of `argument` counts: a value is added once for each row that it is joined with, and `sum(1)`,
 * `sum(x * 0 + 1)` or `sum(CASE WHEN flag THEN 1 ELSE 0 END)` count the rows of their own dataset too.
 */
export function countedBy(scope: Scope, { counts, lineage }: Term): readonly Source[] {
  const own = new Set(lineage.values.map(({ dataset }) => dataset.name))
  const joined = scope.sources.filter(({ datasets }) => counts || !datasets.some((name) => own.has(name)))
  return rowsOf(joined.filter(({ rows }) => rows > 1n))
}
