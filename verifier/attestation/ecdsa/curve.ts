import { type Bytes, concat } from "../../../shared/bytes.ts"

/** Domain parameters of P-384 (SP 800-186 section 3.2.1.4). */
const P = 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n
const B = 0xb3312fa7_e23ee7e4_988e056b_e3f82d19_181d9c6e_fe814112_0314088f_5013875a_c656398d_8a2ed19d_2a85c8ed_d3ec2aefn
const N = 0xffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_c7634d81_f4372ddf_581a0db2_48b0a77a_ecec196a_ccc52973n
const FIELD_BYTES = 48
const UNCOMPRESSED = 0x04

/**
 * Whether these bytes are an uncompressed point on the curve. Judged here and not by a back end: they differ in what
 * they say about off-curve and oversized points, and one that computes with them leaks.
 */
export function isCurvePoint(point: Uint8Array): boolean {
  if (point.length !== 1 + 2 * FIELD_BYTES || point[0] !== UNCOMPRESSED) return false
  const x = integer(point.subarray(1, 1 + FIELD_BYTES))
  const y = integer(point.subarray(1 + FIELD_BYTES))
  return x < P && y < P && (y * y - (x * x * x - 3n * x + B)) % P === 0n
}

/** r || s from two magnitudes; null when one of them is not in 1 to n - 1. A high s is as good as a low one. */
export function rawSignature(r: Uint8Array, s: Uint8Array): Bytes | null {
  if (r.length > FIELD_BYTES || s.length > FIELD_BYTES) return null
  const raw = concat(padding(r), r, padding(s), s)
  return isSignatureInRange(raw) ? raw : null
}

/** Whether r || s has both in 1 to n - 1 (FIPS 186-5 section 6.4.2). */
export function isSignatureInRange(raw: Uint8Array): boolean {
  if (raw.length !== 2 * FIELD_BYTES) return false
  return [raw.subarray(0, FIELD_BYTES), raw.subarray(FIELD_BYTES)]
    .map(integer)
    .every((value) => value > 0n && value < N)
}

function padding(magnitude: Uint8Array): Bytes {
  return new Uint8Array(FIELD_BYTES - magnitude.length)
}

/** Big-endian; all inputs here have 48 bytes. */
function integer(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let value = 0n
  for (let at = 0; at < bytes.length; at += 8) value = (value << 64n) | view.getBigUint64(at)
  return value
}
