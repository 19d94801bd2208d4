import { p384 } from "@noble/curves/nist.js"
import type { EcdsaBackEnd } from "./back-end.ts"

/** JavaScript alone (`@noble/curves`), for places whose WebCrypto has no P-384; about seven times slower. */
export const pureCrypto: EcdsaBackEnd = {
  async importKey(point) {
    const key = p384.Point.fromBytes(point).toBytes(false)
    return {
      verify: async (signature, signed) => p384.verify(signature, signed, key, { lowS: false, prehash: true }),
    }
  },
  name: "noble",
}
