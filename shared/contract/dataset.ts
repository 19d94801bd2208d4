import * as z from "zod"
import { base64urlOf, integer, Name, text } from "../json/fields.ts"
import { Column } from "./columns.ts"
import { AnalysisRule } from "./rule.ts"

/** One owner's table as the others see it in the contract. */
export const Dataset = z.strictObject({
  columns: z.array(Column).min(1).max(500),
  freshness: z.strictObject({ maxAgeDays: integer(1, 3650) }).nullable(),
  /** 16 random bytes that follow the data across contracts and amendments, so that counters do. */
  lineage: base64urlOf(16),
  maxRows: integer(1, 4_000_000_000),
  maxRowsPerIdentity: integer(1, 10_000),
  name: Name,
  owner: Name,
  /** What the owner says it leaves out before sealing; applied at home, not checkable by others. */
  rowFilter: text(1000).nullable(),
  rule: AnalysisRule,
  tokenSpec: Name,
})
export type Dataset = z.infer<typeof Dataset>
