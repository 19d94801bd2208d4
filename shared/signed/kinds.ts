import { sha256 } from "@noble/hashes/sha2.js"
import { type Bytes, concat, toHex, utf8 } from "../bytes.ts"

/**
 * Kinds of signed objects (SPEC.md, "Signed objects"): the JWS `typ`, the domain tag of the object's identity and the
 * size cap of its payload in bytes.
 */
export const KINDS = {
  card: { typ: "parley-card+jws", tag: "parley/card/v1", maxBytes: 64 * 1024 },
  contract: { typ: "parley-contract+jws", tag: "parley/contract/v1", maxBytes: 1024 * 1024 },
  rejection: { typ: "parley-rejection+jws", tag: "parley/rejection/v1", maxBytes: 64 * 1024 },
  ending: { typ: "parley-ending+jws", tag: "parley/ending/v1", maxBytes: 64 * 1024 },
  token: { typ: "parley-token+jws", tag: "parley/token/v1", maxBytes: 64 * 1024 },
  manifest: { typ: "parley-manifest+jws", tag: "parley/manifest/v1", maxBytes: 4 * 1024 * 1024 },
  proposal: { typ: "parley-proposal+jws", tag: "parley/proposal/v1", maxBytes: 256 * 1024 },
  cancellation: { typ: "parley-cancellation+jws", tag: "parley/cancellation/v1", maxBytes: 64 * 1024 },
  grant: { typ: "parley-grant+jws", tag: "parley/grant/v1", maxBytes: 4 * 1024 * 1024 },
  refusal: { typ: "parley-refusal+jws", tag: "parley/refusal/v1", maxBytes: 256 * 1024 },
  receipt: { typ: "parley-receipt+jws", tag: "parley/receipt/v1", maxBytes: 1024 * 1024 },
  request: { typ: "parley-request+jws", tag: "parley/request/v1", maxBytes: 16 * 1024 },
} as const

export type Kind = keyof typeof KINDS

/** SHA-256(tag || 0x00 || value), 32 bytes: the one hash construction for identities and commitments. */
export function taggedHash(tag: string, ...value: readonly Uint8Array[]): Bytes {
  return new Uint8Array(sha256(concat(utf8(tag), new Uint8Array(1), ...value)))
}

/**
 * Identity of a signed object: SHA-256 over domain tag and canonical payload, lowercase hex. Never over the JWS, since
 * ECDSA signatures are malleable.
 */
export function objectDigest(kind: Kind, payload: Uint8Array): string {
  return toHex(taggedHash(KINDS[kind].tag, payload))
}

/** Commitment to a secret: SHA-256(tag || 0x00 || 32 random bytes || value), lowercase hex. The salt goes to those who may know. */
export function commitment(tag: string, salt: Uint8Array, value: Uint8Array): string {
  return toHex(taggedHash(tag, salt, value))
}
