import { expand } from "@noble/hashes/hkdf.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { concat } from "../bytes.ts"

/** Gives bytes that it has never given before. Whoever throws a sample away has used its bytes up. */
export type ByteSource = (length: number) => Uint8Array

const BLOCK_BYTES = 64
const MAX_BLOCKS = 2 ** 32

/**
 * The endless stream of a 32-byte key: block n is HKDF-Expand (RFC 5869) of the key with the 32-bit n as info. The same
 * key gives the same bytes, whoever asks and in whatever portions.
 */
export function keyedStream(key: Uint8Array): ByteSource {
  let block = 0
  let left: Uint8Array = new Uint8Array()
  return (length) => {
    if (length <= left.length) {
      const whole = left.subarray(0, length)
      left = left.subarray(length)
      return whole
    }
    const parts: Uint8Array[] = []
    let missing = length
    while (missing > 0) {
      if (left.length === 0) left = keyedBlock(key, block++)
      const taken = left.subarray(0, missing)
      left = left.subarray(taken.length)
      missing -= taken.length
      parts.push(taken)
    }
    return concat(...parts)
  }
}

function keyedBlock(key: Uint8Array, index: number): Uint8Array {
  if (index >= MAX_BLOCKS) throw new RangeError("the stream is used up")
  const info = new Uint8Array(4)
  new DataView(info.buffer).setUint32(0, index)
  return expand(sha256, key, info, BLOCK_BYTES)
}
