import type { HostileQuery } from "../../case.ts"
import { filters } from "./filters.ts"
import { scalarFunctions } from "./functions.ts"
import { aggregates, dimensions } from "./released.ts"
import { rows } from "./row-counts.ts"
import { whole } from "./whole.ts"

/** Queries that one owner's rule forbids. */
export const rules: readonly HostileQuery[] = [
  ...filters,
  ...aggregates,
  ...dimensions,
  ...rows,
  ...scalarFunctions,
  ...whole,
]
