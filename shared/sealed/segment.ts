import { hkdf } from "@noble/hashes/hkdf.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { type Bytes, concat } from "../bytes.ts"

/**
 * Tink's streaming AEAD `AES256_GCM_HKDF_1MB` (developers.google.com/tink/streaming-aead/aes_gcm_hkdf_streaming): a
 * 40-byte header (its length, a 32-byte salt, a 7-byte nonce prefix), then ciphertext segments of 1 MiB, the first one
 * shorter by the header, each ending in a 16-byte tag.
 */
export const SEGMENT_BYTES = 1024 * 1024
export const TAG_BYTES = 16
const SALT_BYTES = 32
const PREFIX_BYTES = 7
export const HEADER_BYTES = 1 + SALT_BYTES + PREFIX_BYTES
/** Fresh random bytes that one part needs: salt and nonce prefix. */
export const ENTROPY_BYTES = SALT_BYTES + PREFIX_BYTES

export function streamHeader(entropy: Uint8Array): Bytes {
  return concat(Uint8Array.of(HEADER_BYTES), entropy.subarray(0, ENTROPY_BYTES))
}

/** Bytes of ciphertext in segment `index`, tag included, when it is full. */
export function fullSegment(index: number): number {
  return index === 0 ? SEGMENT_BYTES - HEADER_BYTES : SEGMENT_BYTES
}

/** The part's own AES-256 key, 32 bytes: HKDF-SHA256 of the data key with the header's salt and the associated data. */
export function partKey(dataKey: Uint8Array, header: Uint8Array, associatedData: Uint8Array): Bytes {
  return new Uint8Array(hkdf(sha256, dataKey, header.subarray(1, 1 + SALT_BYTES), associatedData, 32))
}

/** Nonce of segment `index`, 12 bytes: prefix, u32 big-endian index, one byte that says whether it is the last. */
export function segmentNonce(header: Uint8Array, index: number, last: boolean): Bytes {
  const nonce = new Uint8Array(12)
  nonce.set(header.subarray(1 + SALT_BYTES, HEADER_BYTES))
  new DataView(nonce.buffer).setUint32(PREFIX_BYTES, index)
  nonce[11] = last ? 1 : 0
  return nonce
}
