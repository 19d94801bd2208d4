import * as z from "zod"
import { Token } from "../../../shared/contract/tokens.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { parseLoose } from "../../../shared/json/canonical.ts"
import { base64urlOf } from "../../../shared/json/fields.ts"
import { readCapped } from "../files.ts"
import { type Home, inHome, writeHomeJson } from "../home.ts"
import { locked } from "../ledger/lock.ts"

const MAX_BYTES = 4 * 1024 * 1024
/** As many as fit into a grant's sealed secret. */
const MAX_OPT_OUTS = 40_000
const OptOuts = z.strictObject({ lineage: base64urlOf(16), tokens: z.array(Token).max(MAX_OPT_OUTS) })

/** Tokens of the people whom this party takes out of a dataset, sorted; they take effect in the next run. */
export async function optOutsOf(home: Home, lineage: string): Promise<readonly string[]> {
  const bytes = await readCapped(inHome(home, "opt-outs", `${lineage}.json`), MAX_BYTES)
  return bytes === null ? [] : parseLoose(bytes, OptOuts, MAX_BYTES).tokens
}

export async function addOptOuts(home: Home, lineage: string, added: readonly string[]): Promise<number> {
  return withOptOuts(home, async () => {
    const before = await optOutsOf(home, lineage)
    const tokens = [...new Set([...before, ...added])].sort()
    requireFewOptOuts(tokens.length)
    await writeHomeJson(home, `opt-outs/${lineage}.json`, { lineage, tokens })
    return tokens.length - before.length
  })
}

/** One command at a time reads and changes who is taken out, and since when. */
export function withOptOuts<T>(home: Home, work: () => Promise<T>): Promise<T> {
  return locked(inHome(home, "opt-outs.lock"), work)
}

/** A longer list would be written and never read again: every later grant of this owner would fail on it. */
export function requireFewOptOuts(count: number): void {
  if (count <= MAX_OPT_OUTS) return
  throw new ParleyError("limit-reached", `${count} people would be taken out, at most ${MAX_OPT_OUTS} can be`, {
    todo: "Leave these people out of the data itself and seal a new version.",
  })
}
