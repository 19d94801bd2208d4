import { requireValidAt } from "../../../shared/contract/in-force.ts"
import { EXIT, ParleyError } from "../../../shared/errors/index.ts"
import type { Ending, Rejection } from "../../../shared/protocol/statements.ts"
import type { RoomFiles } from "../../../shared/room/files.ts"
import { type NamedContract, roomEndings, roomRejections } from "../../room/objects.ts"

type ContractState =
  | "contract-ended"
  | "contract-expired"
  | "contract-not-yet-valid"
  | "contract-superseded"
  | "in-force"
  | "waiting"

/** A contract, how many parties have not signed it, and the digest of the amendment that is in force in its place. */
interface ContractToJudge extends NamedContract {
  readonly amendment: string | null
  readonly missing: number
}

/** Where a contract stands: a signature of every party is not all, it may be over. */
interface Standing {
  readonly state: ContractState
  readonly amendment: string | null
  readonly endings: readonly Pick<Ending, "party" | "reason">[]
  readonly rejections: readonly Pick<Rejection, "party" | "reason">[]
}

export const EXIT_OF = {
  "contract-ended": EXIT.rejected,
  "contract-expired": EXIT.rejected,
  "contract-not-yet-valid": EXIT.rejected,
  "contract-superseded": EXIT.rejected,
  "in-force": EXIT.done,
  waiting: EXIT.waiting,
} as const satisfies Record<ContractState, number>

export async function standingOf(files: RoomFiles, judged: ContractToJudge, now: Date): Promise<Standing> {
  const endings = (await roomEndings(files, judged)).objects.map(({ payload }) => said(payload))
  const rejections = (await roomRejections(files, judged)).objects.map(({ payload }) => said(payload))
  const { amendment } = judged
  return { amendment, endings, rejections, state: stateOf(judged, endings.length, validityOf(judged, now)) }
}

function stateOf({ amendment, missing }: ContractToJudge, endings: number, validity: ContractState): ContractState {
  if (endings > 0) return "contract-ended"
  if (amendment !== null) return "contract-superseded"
  if (validity === "contract-expired") return validity
  return missing > 0 ? "waiting" : validity
}

export function standingInWords(
  digest: string,
  { amendment, endings, rejections, state }: Standing,
  missing: readonly string[],
): string {
  const states = {
    "contract-ended": `${digest} was ended`,
    "contract-expired": `${digest} is no longer valid`,
    "contract-not-yet-valid": `${digest} is signed by every party and not yet valid`,
    "contract-superseded": `${digest} is amended: ${amendment} is in force in its place`,
    "in-force": `${digest} is in force`,
    waiting: digest,
  }
  return [
    states[state],
    ...endings.map(({ party, reason }) => `ended by ${party}: ${reason}`),
    ...rejections.map(({ party, reason }) => `rejected by ${party}: ${reason}`),
    ...(missing.length === 0 ? [] : [`waiting for: ${missing.join(", ")}`]),
  ].join("\n")
}

function validityOf({ contract }: NamedContract, now: Date): ContractState {
  try {
    requireValidAt(contract, now)
    return "in-force"
  } catch (cause) {
    if (!(cause instanceof ParleyError)) throw cause
    return cause.code === "contract-expired" ? "contract-expired" : "contract-not-yet-valid"
  }
}

function said({ party, reason }: Ending | Rejection): Pick<Ending, "party" | "reason"> {
  return { party, reason }
}
