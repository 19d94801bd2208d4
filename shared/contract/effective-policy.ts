import * as z from "zod"
import { DecimalText, integer, Name } from "../json/fields.ts"

/**
 * The strictest combination of the rules of all owners whose data a query reads (SPEC.md, "Effective policy"):
 * computed once per query, shown before signing, enforced by the gate, stated in the receipt.
 */
export const EffectivePolicy = z.strictObject({
  countStep: integer(1, 1_000_000),
  maxGroups: integer(1, 100_000),
  /** Distinct identities that must contribute to every released aggregate; those left out are none or as many. */
  minIdentities: integer(2, 1_000_000),
  mode: z.literal("threshold"),
  owners: z.array(Name).min(1).max(64),
  /** By output column: rounding step of the released sum, or of the sum under an average. */
  sumSteps: z.array(z.strictObject({ column: z.string().max(63), step: DecimalText })).max(100),
})
export type EffectivePolicy = z.infer<typeof EffectivePolicy>
