import * as z from "zod"
import { type ContractInForce, requireInForce } from "../../shared/contract/in-force.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { parseLoose } from "../../shared/json/canonical.ts"
import type { RoomFiles } from "../../shared/room/files.ts"
import { ROOM } from "../../shared/room/layout.ts"
import { KINDS } from "../../shared/signed/kinds.ts"
import { goodSignatures } from "./contract.ts"
import { type SignatureFile, signatureFiles } from "./signatures.ts"

/**
 * Most would-be amendments of one contract that are verified, in the order of their digests. A host that adds more can
 * hide the true one so; it can as well leave it out.
 */
const MAX_AMENDMENTS = 64

const Amending = z.looseObject({ predecessor: z.string().nullable() })

/**
 * Amendments of a contract whose every signature lies in this room: one signature carries the whole amendment, so that
 * a room can hold the proof that it is over. Whether the keys are the parties' own is the caller's to check: whoever
 * carries the room could put in an amendment among strangers of the same names.
 */
export async function roomAmendments(files: RoomFiles, digest: string): Promise<readonly ContractInForce[]> {
  const { objects } = await signatureFiles(files, ROOM.contractSignatures, "contract")
  const byDigest = Map.groupBy(objects, (object) => object.digest)
  const amending = [...byDigest.keys()].sort().filter((other) => amends(byDigest.get(other)?.[0], digest))
  const found: ContractInForce[] = []
  for (const other of amending.slice(0, MAX_AMENDMENTS)) {
    const amendment = await inForceOrNull(byDigest.get(other) ?? [])
    if (amendment !== null) found.push(amendment)
  }
  return found
}

/** Looked at before any signature is verified: rubbish is cheap to make. */
function amends(file: SignatureFile | undefined, digest: string): boolean {
  if (file === undefined || file.digest === digest) return false
  try {
    return parseLoose(file.payload, Amending, KINDS.contract.maxBytes).predecessor === digest
  } catch (cause) {
    if (cause instanceof ParleyError) return false
    throw cause
  }
}

/** Null while somebody has not signed. */
async function inForceOrNull(files: readonly SignatureFile[]): Promise<ContractInForce | null> {
  try {
    return await requireInForce(await goodSignatures(files))
  } catch (cause) {
    if (cause instanceof ParleyError) return null
    throw cause
  }
}
