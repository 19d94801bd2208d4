import * as z from "zod"
import { DecimalText, integer, Name } from "../json/fields.ts"

const Digits = z.string().regex(/^[1-9]\d{0,199}$/, "expected digits")

/**
 * How a private query is answered (SPEC.md, "Differential privacy"): follows from the contract alone, so it tells
 * nothing about the data.
 */
export const PrivatePolicy = z.strictObject({
  /** Declared groups, all of which are released. */
  groups: integer(1, 100_000),
  groupsPerIdentity: integer(1, 1000),
  /** What one run costs every dataset, by the delta of its owner's budget; epsilon is rounded up. */
  guarantees: z
    .array(z.strictObject({ dataset: Name, delta: DecimalText, epsilon: DecimalText }))
    .min(1)
    .max(64),
  mode: z.literal("differential-privacy"),
  /**
   * Numbers that get noise in every group, by output column (`name.numerator` and `name.denominator` of a ratio). An
   * average has two: its total and its `rows`. `bound` is how much one identity moves it in one group; `variance` is that
   * of the discrete Gaussian, in units of 10^-scale squared.
   */
  numbers: z
    .array(
      z.strictObject({
        bound: DecimalText,
        column: z.string().max(80),
        part: z.enum(["rows", "value"]),
        scale: integer(0, 18),
        variance: z.strictObject({ denominator: Digits, numerator: Digits }),
      }),
    )
    .min(1)
    .max(400),
  owners: z.array(Name).min(1).max(64),
  rho: DecimalText,
})
export type PrivatePolicy = z.infer<typeof PrivatePolicy>
