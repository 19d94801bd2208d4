import { hkdf } from "@noble/hashes/hkdf.js"
import { hmac } from "@noble/hashes/hmac.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { type Bytes, concat, toHex, utf8 } from "../bytes.ts"
import { taggedHash } from "../signed/kinds.ts"

/** Commitment to a token secret (32 bytes), hex. The secret is random, so no salt is needed. */
export function secretCommitment(secret: Uint8Array): string {
  return toHex(taggedHash("parley/token-secret/v1", secret))
}

/** The HMAC key of one token spec: HKDF-SHA256(secret, no salt, "parley/token/v1" || 0x00 || spec name), 32 bytes. */
export function tokenKey(secret: Uint8Array, specName: string): Bytes {
  const info = concat(utf8("parley/token/v1"), new Uint8Array(1), utf8(specName))
  return new Uint8Array(hkdf(sha256, secret, undefined, info, 32))
}

/** Token of a normalised identity: the first 128 bits of HMAC-SHA256 over its UTF-8, as a UUID. */
export function tokenOf(key: Uint8Array, normalized: string): string {
  return uuid(hmac(sha256, key, utf8(normalized)))
}

/** The first 16 bytes in the notation of RFC 9562 section 4; version and variant bits are not set. */
export function uuid(bytes: Uint8Array): string {
  const hex = toHex(bytes.subarray(0, 16))
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-")
}
