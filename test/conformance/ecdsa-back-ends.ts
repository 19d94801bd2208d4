import type { Bytes } from "../../shared/bytes.ts"
import type { EcdsaBackEnd } from "../../verifier/attestation/ecdsa/back-end.ts"
import { isCurvePoint, isSignatureInRange } from "../../verifier/attestation/ecdsa/curve.ts"
import { pureCrypto } from "../../verifier/attestation/ecdsa/pure.ts"
import { webCrypto } from "../../verifier/attestation/ecdsa/web-crypto.ts"

/** The verifier's back ends; each has to give the same answer to every vector. */
export const BACK_ENDS: readonly EcdsaBackEnd[] = [webCrypto, pureCrypto]

/** ECDSA as a document's own signature is judged: range and curve first, then the back end. */
export async function isSigned(backEnd: EcdsaBackEnd, point: Bytes, signed: Bytes, signature: Bytes): Promise<boolean> {
  if (!isCurvePoint(point) || !isSignatureInRange(signature)) return false
  return (await backEnd.importKey(point)).verify(signature, signed)
}
