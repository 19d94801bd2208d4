import type { HostileQuery } from "../case.ts"
import { clauses } from "./clauses.ts"
import { contracts } from "./contracts.ts"
import { ctes } from "./ctes.ts"
import { evasions } from "./evasions.ts"
import { functions } from "./functions.ts"
import { joins } from "./joins.ts"
import { neverCompared } from "./never-compared.ts"
import { rules } from "./rules/index.ts"
import { text } from "./text.ts"
import { types } from "./types.ts"

/** Every query or contract that must be refused before data is read. */
export const HOSTILE_QUERIES: readonly HostileQuery[] = [
  ...clauses,
  ...contracts,
  ...ctes,
  ...evasions,
  ...functions,
  ...joins,
  ...neverCompared,
  ...rules,
  ...text,
  ...types,
]
