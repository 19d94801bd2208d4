import type { Places } from "./place.ts"
import type { TreeNode, TreeValue } from "./tree.ts"

/** The value that a field of a node must have, or `ANY` where the judge looks at it itself. */
export type Expected = TreeValue
export const ANY = { judged: "elsewhere" } as const

/** Fields that every expression node has. */
export const EXPRESSION = { alias: ANY, class: ANY, query_location: ANY, type: ANY } as const

/**
 * A node must have exactly these fields with these values. What this version does not know by name (a sample, a
 * collation, a new DuckDB's new clause) is refused and never skipped.
 */
export function requireClosed(
  places: Places,
  node: TreeNode,
  expected: Readonly<Record<string, Expected>>,
  what: string,
): void {
  for (const [field, value] of Object.entries(node)) {
    const wanted = expected[field]
    if (wanted === undefined) places.refuse(node, `${what}: ${field} is not part of the profile`)
    if (wanted !== ANY && textOf(value) !== textOf(wanted)) {
      places.refuse(node, `${what}: ${field.replaceAll("_", " ")} is not part of the profile`)
    }
  }
  for (const field of Object.keys(expected)) {
    if (!(field in node)) places.refuse(node, `${what}: ${field} is missing in the tree`)
  }
}

/** Places beyond 2^53 come as bigint, which JSON cannot write. */
function textOf(value: TreeValue): string {
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === "bigint" ? `${inner}n` : inner))
}
