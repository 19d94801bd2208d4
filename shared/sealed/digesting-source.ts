import { sha256 } from "@noble/hashes/sha2.js"
import { toHex } from "../bytes.ts"
import { ParleyError } from "../errors/index.ts"

/** A running SHA-256. Node's is several times faster than the portable one, so it is a parameter. */
export interface RunningDigest {
  update(bytes: Uint8Array): unknown
  digest(): Uint8Array
}

/** Passes a part's ciphertext through and throws at its end unless it is what the manifest names. */
export async function* digestingSource(
  source: AsyncIterable<Uint8Array>,
  expected: string,
  running: RunningDigest = sha256.create(),
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    running.update(chunk)
    yield chunk
  }
  if (toHex(running.digest()) !== expected) {
    throw new ParleyError("manifest-mismatch", "the ciphertext is not the one that the manifest names")
  }
}
