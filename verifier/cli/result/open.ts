import { fromBase64url, utf8 } from "../../../shared/bytes.ts"
import type { ContractInForce } from "../../../shared/contract/in-force.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { canonicalBytes, parseCanonical } from "../../../shared/json/canonical.ts"
import { MAX_RESULT_BYTES, RESULT_TAG, type Result, SealedResult } from "../../../shared/protocol/result.ts"
import { resultPath } from "../../../shared/room/layout.ts"
import { decryptFrom, SEALED_KINDS } from "../../../shared/signed/jwe.ts"
import { commitment } from "../../../shared/signed/kinds.ts"
import { type VerifiedReceipt, verifyBundle } from "../../receipt/verify.ts"
import { roomBundle } from "../../room/objects.ts"
import { localParty } from "../home.ts"
import { localKey } from "../keys.ts"
import type { Room } from "../room.ts"

/** A result that this party could open and that is the one its verified receipt commits to. */
export interface OpenedResult {
  readonly result: Result
  readonly receipt: VerifiedReceipt
}

export async function openResult(room: Room, inForce: ContractInForce, proposal: string): Promise<OpenedResult> {
  const { name } = await localParty(room.home)
  const bundle = await roomBundle(room.files, proposal)
  if (bundle === null) throw new ParleyError("grant-missing", "the run has no receipt yet")
  const root = inForce.contract.evidence.trustAnchor.sha256
  const receipt = await verifyBundle({ acceptedRoots: [root], bytes: bundle })
  const jwe = await room.files.read(resultPath(proposal, name), SEALED_KINDS.result.maxBytes)
  if (jwe === null)
    throw new ParleyError(
      "file-missing",
      `no result for ${name}; the query names ${receipt.receipt.predicate.recipients.join(", ")}`,
    )
  const key = await localKey(room.home, "result")
  const plaintext = await decryptFrom("result", new TextDecoder().decode(jwe), key.jwk)
  const { result, salt } = parseCanonical(plaintext, SealedResult, MAX_RESULT_BYTES)
  const found = commitment(RESULT_TAG, fromBase64url(salt), canonicalBytes(result))
  if (found !== receipt.receipt.subject[0]?.digest.sha256 || result.proposal !== proposal) {
    throw new ParleyError("result-mismatch", "the receipt commits to another result")
  }
  return { receipt, result }
}

/** CSV after RFC 4180. A cell that a spreadsheet would run as a formula gets a leading apostrophe; numbers do not. */
export function toCsv({ columns, rows }: Result): Uint8Array {
  const line = (cells: readonly (string | null)[]) => cells.map((cell) => csvCell(cell ?? "")).join(",")
  return utf8(`${[columns.map(({ name }) => name), ...rows].map(line).join("\r\n")}\r\n`)
}

function csvCell(text: string): string {
  const formula = /^[=+@\t\r]/.test(text) || (text.startsWith("-") && !/^-\d+(?:\.\d+)?$/.test(text))
  const safe = formula ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
