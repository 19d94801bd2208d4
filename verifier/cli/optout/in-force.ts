import { randomBytes } from "node:crypto"
import { toBase64url } from "../../../shared/bytes.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { parseLoose } from "../../../shared/json/canonical.ts"
import { MAX_EARLIER_OPT_OUTS } from "../../../shared/protocol/grant.ts"
import { earlierCommitments, type OptOutHistory } from "../../../shared/protocol/opt-outs.ts"
import { readCapped } from "../files.ts"
import { type Home, inHome, writeHomeJson } from "../home.ts"
import { History, withGrant } from "./history.ts"
import { optOutsOf, requireFewOptOuts, withOptOuts } from "./list.ts"

const FILE = "opt-outs/in-force.json"
const MAX_BYTES = 256 * 1024 * 1024
const SALT_BYTES = 32

/** Tokens that a grant takes out of all its data, sorted, since which step each is out, and what opens earlier grants. */
export interface OptOutsInForce extends OptOutHistory {
  /** Of the commitment that the grant publishes. */
  readonly salt: Uint8Array<ArrayBuffer>
}

/**
 * Notes that a grant is about to put the lists of these datasets in force. It is on the disk before anything is sealed
 * to an enclave: killed afterwards, or refused there, the grant counts as one whose result somebody has, which withholds
 * too much rather than too little. `shown` are this party's commitments over the same data that receipts show: each is
 * one that this home can open.
 */
export function putInForce(home: Home, lineages: readonly string[], shown: readonly string[]): Promise<OptOutsInForce> {
  return withOptOuts(home, async () => {
    const set = [...new Set(lineages)].sort()
    const lists = await Promise.all(set.map((lineage) => optOutsOf(home, lineage)))
    const tokens = [...new Set(lists.flat())].sort()
    requireFewOptOuts(tokens.length)
    const salt = new Uint8Array(randomBytes(SALT_BYTES))
    const { after, told } = withGrant(await history(home), set, tokens, toBase64url(salt))
    requireFewGrants(told.earlierOptOuts.length)
    requireOpened(told, shown)
    await writeHomeJson(home, FILE, after)
    return { ...told, salt }
  })
}

async function history(home: Home): Promise<History> {
  const bytes = await readCapped(inHome(home, FILE), MAX_BYTES)
  return bytes === null ? { granted: [], taken: [] } : parseLoose(bytes, History, MAX_BYTES)
}

/** The enclave would end the run in the opaque way, and the sequence with it. */
function requireOpened(told: OptOutHistory, shown: readonly string[]): void {
  if (shown.length === 0) return
  const opened = new Set(earlierCommitments(told))
  if (shown.every((commitment) => opened.has(commitment))) return
  throw new ParleyError("ledger-behind", "a receipt shows opt-outs of this party that this home cannot open", {
    todo: "Grant from the home that made the earlier grants, or copy its folder opt-outs into this home.",
  })
}

function requireFewGrants(earlier: number): void {
  if (earlier <= MAX_EARLIER_OPT_OUTS) return
  throw new ParleyError("limit-reached", `these data were granted ${earlier} times before; a grant opens no more`, {
    todo: "Describe the data as new datasets, in a further contract.",
  })
}
