import { createDecipheriv } from "node:crypto"
import type { SegmentDecryption } from "../../../shared/sealed/open-stream.ts"
import { TAG_BYTES } from "../../../shared/sealed/segment.ts"

/** OpenSSL's AES-256-GCM, piece by piece. */
export function segmentDecryption(key: Uint8Array, nonce: Uint8Array): SegmentDecryption {
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES })
  return {
    finish(tag) {
      decipher.setAuthTag(tag)
      decipher.final()
    },
    update: (ciphertext) => decipher.update(ciphertext),
  }
}
