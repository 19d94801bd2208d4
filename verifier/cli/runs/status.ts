import type { ContractInForce } from "../../../shared/contract/in-force.ts"
import { decryptFrom } from "../../../shared/signed/jwe.ts"
import { localParty } from "../home.ts"
import { localKey } from "../keys.ts"
import type { Outcome } from "../outcome.ts"
import type { Room } from "../room.ts"
import { type HostWord, hostWord, hostWordText } from "./host-notice.ts"
import type { RunStatus } from "./state.ts"

/** Where a run stands, for `status` and `wait`. */
export async function statusOf(room: Room, _inForce: ContractInForce, run: RunStatus): Promise<Outcome> {
  const why = await reason(room, run)
  const hostSays = await hostWord(room, run)
  const exit = exitOf(run, hostSays)
  const lines = [
    `${run.state}${why === null ? "" : `: ${why}`}`,
    ...(run.waitingFor.length === 0 || exit !== 41 ? [] : [`waiting for: ${run.waitingFor.join(", ")}`]),
    ...(hostSays === null ? [] : [hostWordText(hostSays)]),
  ]
  return { exit, json: { ...describe(run), hostSays, why }, text: lines.join("\n") }
}

/** Nothing changes by waiting when everybody has granted and the host says that it does not come about. */
function exitOf({ state }: RunStatus, hostSays: HostWord | null): 0 | 10 | 41 {
  if (state === "released") return 0
  const over = state === "refused" || state === "cancelled" || (state === "granted" && hostSays !== null)
  return over ? 10 : 41
}

/** What a refusal says; its details are sealed to the party that answers for it. */
async function reason(room: Room, { refusal }: RunStatus): Promise<string | null> {
  if (refusal === null) return null
  const { name } = await localParty(room.home)
  if (refusal.party !== name || refusal.details === null)
    return refusal.party === null ? refusal.reason : `${refusal.reason} (${refusal.party})`
  const key = await localKey(room.home, "result")
  const details = await decryptFrom("refusalDetails", refusal.details, key.jwk)
  return `${refusal.reason} (own data): ${new TextDecoder().decode(details).trim()}`
}

/** A run in JSON. */
export function describe({ proposal, refusal, state, waitingFor }: RunStatus) {
  return {
    proposal: proposal.digest,
    query: proposal.payload.query,
    refusal,
    sequence: proposal.payload.sequence,
    state,
    waitingFor,
  }
}
