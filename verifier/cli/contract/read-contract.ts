import { Contract } from "../../../shared/contract/contract.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { parseCanonical } from "../../../shared/json/canonical.ts"
import { KINDS } from "../../../shared/signed/kinds.ts"
import { readRequired } from "../files.ts"

/** A contract file in canonical form, and its bytes. */
export async function readContract(file: string): Promise<readonly [Contract, Uint8Array]> {
  const bytes = await readRequired(file, KINDS.contract.maxBytes)
  if (bytes.length === 0) throw new ParleyError("json-malformed", `${file} is empty`)
  return [parseCanonical(bytes, Contract, KINDS.contract.maxBytes), bytes]
}
