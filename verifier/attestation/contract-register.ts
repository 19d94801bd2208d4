import { CONTRACT_PCR, extendedOnce } from "../../shared/attestation/binding.ts"
import type { AttestationDocument } from "../../shared/attestation/document.ts"
import { equalBytes } from "../../shared/bytes.ts"
import { type ErrorCode, ParleyError } from "../../shared/errors/index.ts"

/** PCR16 holds the contract's digest, 32 bytes, and nothing else. */
export function requireContract(document: AttestationDocument, contract: Uint8Array): void {
  requireRegister(document, CONTRACT_PCR, contract, "binding-contract")
}

export function requireRegister(document: AttestationDocument, index: number, data: Uint8Array, code: ErrorCode): void {
  const value = document.pcrs.get(index)
  if (value === undefined || !equalBytes(value, extendedOnce(data))) {
    throw new ParleyError(code, `PCR${index} ${value === undefined ? "is absent" : "holds something else"}`)
  }
}
