import * as z from "zod"
import { DecimalText, integer, Name } from "../json/fields.ts"
import { PrivatePolicy } from "./private-policy.ts"
import { Dominance } from "./rule.ts"

/**
 * The strictest combination of the rules of all owners whose data a query reads (SPEC.md, "Effective rule"):
 * computed once per query, shown before signing, enforced by the gate, stated in the receipt.
 */
export const EffectivePolicy = z.strictObject({
  /**
   * By aggregate of the plan, in its order: the output column (`name.numerator` and `name.denominator` of a ratio),
   * distinct identities of every owner that must contribute, and the rounding step.
   */
  aggregates: z
    .array(z.strictObject({ column: z.string().max(80), minIdentities: integer(2, 1_000_000), step: DecimalText }))
    .max(200),
  countStep: integer(1, 1_000_000),
  /** Every rule that a sum or average must meet; one that another one implies is left out. */
  dominance: z.array(Dominance).max(64),
  maxGroups: integer(1, 100_000),
  /** Distinct identities that must be in a released group. */
  minIdentities: integer(2, 1_000_000),
  mode: z.literal("threshold"),
  owners: z.array(Name).min(1).max(64),
})
export type EffectivePolicy = z.infer<typeof EffectivePolicy>

/** What was shown before signing and is stated in the receipt: thresholds or noise, by the contract's mode of release. */
export const StatedPolicy = z.discriminatedUnion("mode", [EffectivePolicy, PrivatePolicy])
export type StatedPolicy = z.infer<typeof StatedPolicy>
