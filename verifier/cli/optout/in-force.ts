import * as z from "zod"
import { Token } from "../../../shared/contract/tokens.ts"
import { parseLoose } from "../../../shared/json/canonical.ts"
import { base64urlOf, integer } from "../../../shared/json/fields.ts"
import { readCapped } from "../files.ts"
import { type Home, inHome, writeHomeJson } from "../home.ts"
import { optOutsOf, requireFewOptOuts, withOptOuts } from "./list.ts"

const FILE = "opt-outs/in-force.json"
const MAX_BYTES = 256 * 1024 * 1024

/** People whom one grant took out of a dataset for the first time; step 0 is that of the dataset's first grant. */
const Taken = z.strictObject({
  lineage: base64urlOf(16),
  step: integer(0, 1_000_000),
  tokens: z.array(Token).max(40_000),
})
const History = z.strictObject({ taken: z.array(Taken).max(1_000_000) })
type Taken = z.infer<typeof Taken>

/** Tokens that a grant takes out of all its data, sorted, and since which step each is out. */
export interface OptOutsInForce {
  readonly tokens: readonly string[]
  readonly steps: readonly number[]
}

/**
 * Notes that a grant is about to put the lists of these datasets in force. It is on the disk before anything is sealed
 * to an enclave: killed afterwards, or refused there, the grant counts as one whose result somebody has, which withholds
 * too much rather than too little.
 */
export function putInForce(home: Home, lineages: readonly string[]): Promise<OptOutsInForce> {
  return withOptOuts(home, async () => {
    const lists = await Promise.all(lineages.map((lineage) => optOutsOf(home, lineage)))
    const tokens = [...new Set(lists.flat())].sort()
    requireFewOptOuts(tokens.length)
    const before = await history(home)
    const next = 1 + Math.max(0, ...before.map(({ step }) => step))
    const added = lineages.flatMap((lineage) => firstTaken(before, lineage, tokens, next))
    const taken = [...before, ...added]
    if (added.length > 0) await writeHomeJson(home, FILE, { taken })
    return { steps: stepsOf(taken, lineages, tokens), tokens }
  })
}

async function history(home: Home): Promise<readonly Taken[]> {
  const bytes = await readCapped(inHome(home, FILE), MAX_BYTES)
  return bytes === null ? [] : parseLoose(bytes, History, MAX_BYTES).taken
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

/** Who is out of several datasets is as new as in the newest of them. */
function stepsOf(taken: readonly Taken[], lineages: readonly string[], tokens: readonly string[]): readonly number[] {
  const steps = new Map<string, number>()
  for (const { lineage, step, tokens: own } of taken) {
    if (!lineages.includes(lineage)) continue
    for (const token of own) steps.set(token, Math.max(step, steps.get(token) ?? 0))
  }
  return tokens.map((token) => steps.get(token) ?? 0)
}
