import {
  type Approvals,
  type ContractInForce,
  contractApprovals,
  missingSigners,
  parseContract,
  requireInForce,
} from "../../shared/contract/in-force.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import type { RoomFiles } from "../../shared/room/files.ts"
import { ROOM } from "../../shared/room/layout.ts"
import { KINDS, objectDigest } from "../../shared/signed/kinds.ts"
import { type SignatureFile, signatureFiles } from "./signatures.ts"

/** The contract text of a room, checked for itself; nobody need have signed it. */
export async function roomDraft(files: RoomFiles) {
  const bytes = await files.read(ROOM.contract, KINDS.contract.maxBytes)
  if (bytes === null) {
    throw new ParleyError("file-missing", `the room has no ${ROOM.contract}`, {
      todo: "Give the room folder with --room, or make a contract with `parley contract init`.",
    })
  }
  return { bytes, contract: parseContract(bytes), digest: objectDigest("contract", bytes) }
}

/** Who has signed the room's contract so far. Signatures over other contracts, or by foreign keys, do not count. */
export async function roomApprovals(files: RoomFiles): Promise<Approvals> {
  const draft = await roomDraft(files)
  const signatures = await roomSignatures(files, draft.digest)
  if (signatures.length > 0) return contractApprovals(signatures)
  const byParty = draft.contract.parties.map(({ card, approvals }) => ({
    party: card.name,
    required: approvals.contract.required,
    signed: [],
  }))
  return { ...draft, byParty }
}

/** The room's contract, signed by every party; throws `contract-signature-missing` that names who is missing. */
export async function roomContractInForce(files: RoomFiles): Promise<ContractInForce> {
  const approvals = await roomApprovals(files)
  const missing = missingSigners(approvals.byParty)
  if (missing.length > 0) throw new ParleyError("contract-signature-missing", `waiting for: ${missing.join(", ")}`)
  return requireInForce(await roomSignatures(files, approvals.digest))
}

/** The signatures over one contract that verify, one by one: rubbish beside them must not stop a run. */
export async function roomSignatures(files: RoomFiles, digest: string) {
  const { objects } = await signatureFiles(files, ROOM.contractSignatures, "contract")
  return goodSignatures(objects.filter((object) => object.digest === digest))
}

/** Of files over one and the same contract. Only those by keys that it lists are verified: a host can add any number. */
export async function goodSignatures(files: readonly SignatureFile[]) {
  const listed = listedKeys(files[0])
  const good = []
  for (const { jws, kid } of files) {
    if (!listed.has(kid)) continue
    try {
      await contractApprovals([jws])
      good.push(jws)
    } catch (cause) {
      if (!(cause instanceof ParleyError)) throw cause
    }
  }
  return good
}

/** Key ids that a contract lists for approvals; none when it is no contract. */
function listedKeys(file: SignatureFile | undefined): ReadonlySet<string> {
  if (file === undefined) return new Set()
  try {
    return new Set(parseContract(file.payload).parties.flatMap(({ approvals }) => approvals.contract.keys))
  } catch (cause) {
    if (cause instanceof ParleyError) return new Set()
    throw cause
  }
}
