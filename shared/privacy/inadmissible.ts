import type { Query } from "../contract/query.ts"
import { ParleyError } from "../errors/index.ts"

/** The query's answer cannot be proven to be differentially private. */
export function inadmissible({ name }: Pick<Query, "name">, what: string): ParleyError {
  return new ParleyError("query-privacy", `query ${name}: ${what}`)
}
