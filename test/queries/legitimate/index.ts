import type { LegitimateQuery } from "../case.ts"
import { fraud } from "./fraud.ts"
import { health } from "./health.ts"
import { profile } from "./profile.ts"
import { reach } from "./reach.ts"
import { sales } from "./sales.ts"
import { supply } from "./supply.ts"

/** Queries from real use that must pass and be right. */
export const LEGITIMATE_QUERIES: readonly LegitimateQuery[] = [
  ...fraud,
  ...health,
  ...profile,
  ...reach,
  ...sales,
  ...supply,
]
