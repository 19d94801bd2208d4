import { p384 } from "@noble/curves/nist.js"
import { hkdf } from "@noble/hashes/hkdf.js"
import { sha384 } from "@noble/hashes/sha2.js"
import { type Bytes, utf8 } from "../../shared/bytes.ts"

/** A throwaway P-384 key of the SIMULATED chain. Signatures are deterministic (RFC 6979). */
export interface KeyPair {
  readonly secret: Bytes
  /** Uncompressed point, 97 bytes. */
  readonly point: Bytes
}

/** The same seed and label give the same key. */
export function keyPairFrom(seed: Uint8Array, label: string): KeyPair {
  const material = hkdf(sha384, seed, undefined, utf8(`parley/software-nsm/${label}`), 72)
  const { secretKey } = p384.keygen(material)
  return { point: new Uint8Array(p384.getPublicKey(secretKey, false)), secret: new Uint8Array(secretKey) }
}

/** ECDSA with SHA-384, r || s, 96 bytes. */
export function sign(key: KeyPair, message: Uint8Array): Bytes {
  return new Uint8Array(p384.sign(message, key.secret, { lowS: false, prehash: true }))
}
