import { expect } from "vitest"
import { fromHex, toHex } from "../../shared/bytes.ts"
import { HEADER_BYTES, partKey } from "../../shared/sealed/segment.ts"
import type { Judge } from "./tally.ts"

interface Vectors {
  readonly testGroups: readonly { readonly tests: readonly Vector[] }[]
}

interface Vector {
  readonly ikm: string
  readonly info: string
  readonly okm: string
  readonly result: "valid" | "invalid"
  readonly salt: string
  readonly size: number
  readonly tcId: number
}

const SALT_BYTES = 32
const KEY_BYTES = 32

/**
 * HKDF-SHA256 as the sealed format derives a part's key: 32 bytes of key, salt from the header. HMAC fills a shorter
 * salt with zeros (RFC 2104), and output of another length shares its beginning (RFC 5869), so both are compared.
 */
export const hkdf: Judge = (file, tally) => {
  const { testGroups } = JSON.parse(file.toString()) as Vectors
  for (const vector of testGroups.flatMap(({ tests }) => tests)) {
    const salt = fromHex(vector.salt)
    if (vector.result === "invalid") tally.notApplicable("asks for more output than HKDF has; the format asks for 32")
    else if (salt.length > SALT_BYTES) tally.notApplicable("a salt longer than the header's 32 bytes")
    else {
      const header = new Uint8Array(HEADER_BYTES)
      header.set(salt, 1)
      const key = partKey(fromHex(vector.ikm), header, fromHex(vector.info))
      expect(key.length).toBe(KEY_BYTES)
      const common = 2 * Math.min(KEY_BYTES, vector.size)
      expect(toHex(key).slice(0, common), `tcId ${vector.tcId}`).toBe(vector.okm.slice(0, common))
      tally.run()
    }
  }
}
