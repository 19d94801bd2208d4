import { type Bytes, equalBytes } from "../../../shared/bytes.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { isCurvePoint } from "../ecdsa/curve.ts"
import { type DerReader, TAG } from "./der.ts"
import { readOctetAligned, readOid } from "./values.ts"

const EC_PUBLIC_KEY = "1.2.840.10045.2.1"
/** The parameters of a P-384 key as a whole: the named curve secp384r1, 1.3.132.0.34 (RFC 5480 section 2.1.1). */
const SECP384R1 = Uint8Array.of(TAG.objectIdentifier, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22)

/** SubjectPublicKeyInfo as it stands. */
export interface PublicKeyInfo {
  readonly algorithm: string
  /** DER of the parameters; empty when there are none. */
  readonly parameters: Bytes
  readonly key: Bytes
}

export function readPublicKeyInfo(tbs: DerReader): PublicKeyInfo {
  const info = tbs.enter(TAG.sequence)
  const identifier = info.enter(TAG.sequence)
  const algorithm = readOid(identifier)
  const parameters = identifier.rest()
  const key = readOctetAligned(info)
  info.end()
  return { algorithm, key, parameters }
}

/** An uncompressed P-384 point (RFC 5480 section 2.2). Explicit parameters would let the key bring its own curve. */
export function requireP384({ algorithm, key, parameters }: PublicKeyInfo): Bytes {
  if (algorithm !== EC_PUBLIC_KEY) throw new ParleyError("certificate-algorithm", "the key is not an EC key")
  if (!equalBytes(parameters, SECP384R1)) throw new ParleyError("certificate-curve", "the key is not on secp384r1")
  if (isCurvePoint(key)) return key
  throw new ParleyError("certificate-point", "the key is not an uncompressed point of the curve")
}
