import { ParleyError } from "../../../shared/errors/index.ts"
import type { EcdsaBackEnd } from "./back-end.ts"

const ECDSA_P384 = { name: "ECDSA", namedCurve: "P-384" } as const
const ECDSA_SHA384 = { hash: "SHA-384", name: "ECDSA" } as const

/** The platform's own WebCrypto: the default. */
export const webCrypto: EcdsaBackEnd = {
  async importKey(point) {
    const key = await able(() => crypto.subtle.importKey("raw", point, ECDSA_P384, false, ["verify"]))
    return { verify: (signature, signed) => able(() => crypto.subtle.verify(ECDSA_SHA384, key, signature, signed)) }
  },
  name: "WebCrypto",
}

/** A platform without P-384 must not look like a wrong signature. */
async function able<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const todo = "This platform's WebCrypto cannot do P-384. Use the back end that is made of JavaScript alone."
    throw new ParleyError("internal", "WebCrypto refuses P-384", { cause, todo })
  }
}
