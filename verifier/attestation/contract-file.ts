import { type Bytes, fromHex } from "../../shared/bytes.ts"
import { Contract } from "../../shared/contract/contract.ts"
import { parseCanonical } from "../../shared/json/canonical.ts"
import { KINDS, objectDigest } from "../../shared/signed/kinds.ts"

/** A contract as `anchorOf` and `imagesOf` take it, and its digest as PCR16 holds it. Nobody's signature was looked at. */
export interface UnsignedContract {
  readonly contract: Contract
  /** 32 bytes. */
  readonly digest: Bytes
}

/** Reads a contract in canonical form (RFC 8785). Throws `ParleyError` with a code that begins with `json-`. */
export function readUnsignedContract(bytes: Uint8Array): UnsignedContract {
  const own = new Uint8Array(bytes)
  const contract = parseCanonical(own, Contract, KINDS.contract.maxBytes)
  return { contract, digest: fromHex(objectDigest("contract", own)) }
}
