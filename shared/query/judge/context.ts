import type { Query } from "../../contract/query.ts"
import type { Places } from "../place.ts"
import type { Scope } from "./scope.ts"

/** What an expression is judged with. */
export interface Context {
  readonly places: Places
  readonly query: Query
  readonly scope: Scope
  readonly depth: number
}

const MAX_DEPTH = 200

/** One level deeper; a tree without end would be an error of another kind than a refusal. */
export function deeper(context: Context): Context {
  if (context.depth >= MAX_DEPTH) context.places.refuse(null, `expressions are nested deeper than ${MAX_DEPTH}`)
  return { ...context, depth: context.depth + 1 }
}
