import type { Bytes } from "../bytes.ts"

/**
 * The CBOR that Parley reads (RFC 8949): integers within 2^53, byte and text strings, arrays, maps with integer or text
 * keys, true, false, null. Floats, other simple values and tags are not in any profile here.
 */
export type CborValue = number | Bytes | string | boolean | null | readonly CborValue[] | CborMap
export type CborKey = number | string
export type CborMap = ReadonlyMap<CborKey, CborValue>
