import * as z from "zod"
import { Token } from "../../../shared/contract/tokens.ts"
import { base64urlOf, integer } from "../../../shared/json/fields.ts"
import type { OptOutHistory } from "../../../shared/protocol/opt-outs.ts"

const Step = integer(0, 1_000_000)
const Tokens = z.array(Token).max(40_000)
const Lineage = base64urlOf(16)

/** People whom one grant took out of a dataset for the first time; step 0 is that of the dataset's first grant. */
const Taken = z.strictObject({ lineage: Lineage, step: Step, tokens: Tokens })
type Taken = z.infer<typeof Taken>

/**
 * One grant of a set of datasets: the salt of its commitment, and whom it took out of that very set for the first time.
 * All whom it took out, and nobody whom a later grant of the set adds, have at most its step.
 */
const Granted = z.strictObject({
  lineages: z.array(Lineage).min(1).max(64),
  salt: base64urlOf(32),
  step: Step,
  tokens: Tokens,
})

export const History = z.strictObject({
  granted: z.array(Granted).max(1_000_000),
  taken: z.array(Taken).max(1_000_000),
})
export type History = z.infer<typeof History>

/** The history with one more grant of these datasets, all sorted, and what that grant tells the enclave of it. */
export function withGrant(
  before: History,
  lineages: readonly string[],
  tokens: readonly string[],
  salt: string,
): { readonly after: History; readonly told: OptOutHistory } {
  const earlier = before.granted.filter((granted) => granted.lineages.join() === lineages.join())
  const next = 1 + [...before.taken, ...before.granted].reduce((most, { step }) => Math.max(most, step), 0)
  const added = lineages.flatMap((lineage) => firstTaken(before.taken, lineage, tokens, next))
  const taken = [...before.taken, ...added]
  const steps = stepsOf({ granted: earlier, taken }, lineages, tokens, next)
  const known = new Set(earlier.flatMap((granted) => granted.tokens))
  const granted = {
    lineages: [...lineages],
    salt,
    step: Math.max(0, ...steps),
    tokens: tokens.filter((token) => !known.has(token)),
  }
  return {
    after: { granted: [...before.granted, granted], taken },
    told: {
      earlierOptOuts: earlier.map((one) => ({ salt: one.salt, step: one.step })),
      optOutSteps: [...steps],
      optOuts: [...tokens],
    },
  }
}

/** What a grant adds to the history of one dataset: at first all that is out, even if nobody is. */
function firstTaken(
  before: readonly Taken[],
  lineage: string,
  tokens: readonly string[],
  next: number,
): readonly Taken[] {
  const own = before.filter((taken) => taken.lineage === lineage)
  if (own.length === 0) return [{ lineage, step: 0, tokens: [...tokens] }]
  const known = new Set(own.flatMap((taken) => taken.tokens))
  const added = tokens.filter((token) => !known.has(token))
  return added.length === 0 ? [] : [{ lineage, step: next, tokens: added }]
}

/**
 * Whom the first grant of a set takes out is as new as in the newest of its datasets. Whom a later one adds is new with
 * it, though a grant of one of the datasets with others may have taken that person out before.
 */
function stepsOf(
  { granted: [first, ...later], taken }: History,
  lineages: readonly string[],
  tokens: readonly string[],
  next: number,
): readonly number[] {
  const newest = new Map<string, number>()
  for (const { lineage, step, tokens: own } of taken) {
    if (!lineages.includes(lineage)) continue
    for (const token of own) newest.set(token, Math.max(step, newest.get(token) ?? 0))
  }
  const added = new Map(later.flatMap(({ step, tokens: own }) => own.map((token) => [token, step] as const)))
  const atFirst = new Set(first?.tokens ?? tokens)
  return tokens.map((token) => (atFirst.has(token) ? (newest.get(token) ?? 0) : (added.get(token) ?? next)))
}
