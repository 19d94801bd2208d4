import { sha256, sha384 } from "@noble/hashes/sha2.js"
import { type Bytes, concat, toBase64url, utf8 } from "../../shared/bytes.ts"
import type { KeyPair } from "../software-nsm/key-pair.ts"
import { bytes, map, NULL, text } from "./cbor.ts"
import { keyOf } from "./chain.ts"
import { CONTRACT_DIGEST } from "./contract.ts"
import { ecKeyInfo, OID } from "./der.ts"

/** Public P-384 key as RFC 7517 writes it. */
export interface Jwk {
  readonly crv: "P-384"
  readonly kty: "EC"
  readonly x: string
  readonly y: string
}

export function jwkOf({ point }: KeyPair): Jwk {
  return { crv: "P-384", kty: "EC", x: toBase64url(point.subarray(1, 49)), y: toBase64url(point.subarray(49)) }
}

/** RFC 7638: SHA-256 over the members in this order. */
function thumbprint({ crv, kty, x, y }: Jwk): Bytes {
  return sha256(utf8(JSON.stringify({ crv, kty, x, y })))
}

/** The two keys that the enclave of the fixtures made at its boot, and one that is not its own. */
export const ENCRYPTION_JWK = jwkOf(keyOf("session encryption"))
export const SIGNING_JWK = jwkOf(keyOf("session signing"))
export const OTHER_JWK = jwkOf(keyOf("session of somebody else"))

export const SESSION_KEY = ecKeyInfo(OID.p384, keyOf("session encryption").point)
export const OTHER_KEY = ecKeyInfo(OID.p384, keyOf("session of somebody else").point)

/** SPEC.md ATT-6: what PCR17 is extended with. */
export function sessionDigest(contract: Uint8Array, encryption: Jwk, signing: Jwk): Bytes {
  const parts = [utf8("parley/session/v1"), new Uint8Array(1), contract, thumbprint(encryption), thumbprint(signing)]
  return sha256(concat(...parts))
}

export const SESSION_DIGEST = sessionDigest(CONTRACT_DIGEST, ENCRYPTION_JWK, SIGNING_JWK)

/** A register after extensions, from zero: SHA-384(register, data) each time. */
export function extended(...data: readonly Uint8Array[]): Bytes {
  let value: Bytes = new Uint8Array(48)
  for (const each of data) value = sha384(concat(value, each))
  return value
}

export const BOUND_REGISTERS: ReadonlyMap<number, Uint8Array> = new Map([
  [16, extended(CONTRACT_DIGEST)],
  [17, extended(SESSION_DIGEST)],
])

/** Digest of the receipt that the receipt documents of the fixtures vouch for. */
export const RECEIPT_DIGEST = sha256(utf8("parley/attestation-fixtures/receipt"))

export interface UserDataParts {
  readonly type: string
  readonly contract: Uint8Array
  readonly keys: Uint8Array
  readonly subject: Uint8Array | null
}

/** SPEC.md ATT-7. */
export function sessionUserData(over: Partial<UserDataParts> = {}): Bytes {
  return map(userDataEntries(over))
}

export function userDataEntries(over: Partial<UserDataParts> = {}): readonly (readonly [Bytes, Bytes])[] {
  const base = { contract: CONTRACT_DIGEST, keys: SESSION_DIGEST, subject: null, type: "parley/session/v1" }
  const { contract, keys, subject, type }: UserDataParts = { ...base, ...over }
  return [
    [text("type"), text(type)],
    [text("contract"), bytes(contract)],
    [text("keys"), bytes(keys)],
    [text("subject"), subject === null ? new Uint8Array(NULL) : bytes(subject)],
  ]
}
