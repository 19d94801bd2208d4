import { sha384 } from "@noble/hashes/sha2.js"
import { type Bytes, concat } from "../bytes.ts"
import { taggedHash } from "../signed/kinds.ts"

/** The register that is extended once with the contract digest. */
export const CONTRACT_PCR = 16
/** The register that is extended once with the session digest. */
export const SESSION_PCR = 17
/** Bytes of a register: SHA-384. */
export const PCR_BYTES = 48

/** Value of a register that was zero and was extended once: SHA-384(48 zero bytes || data). */
export function extendedOnce(data: Uint8Array): Bytes {
  return new Uint8Array(sha384(concat(new Uint8Array(PCR_BYTES), data)))
}

/** What a boot is bound to: SHA-256("parley/session/v1" || 0x00 || contract digest || both RFC 7638 thumbprints). */
export function sessionDigest(session: {
  readonly contract: Uint8Array
  readonly encryptionKey: Uint8Array
  readonly signingKey: Uint8Array
}): Bytes {
  return taggedHash("parley/session/v1", session.contract, session.encryptionKey, session.signingKey)
}
