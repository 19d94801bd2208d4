import * as z from "zod"
import { type Bytes, utf8 } from "../bytes.ts"
import { canonicalBytes, canonicalText } from "./canonical.ts"

/** Zeros that hide an encrypted object's length. */
export const Padding = z.string().regex(/^0*$/)

/** RFC 8785 form of an object, padded to a power of two of at least `least` bytes. */
export function paddedBytes<T extends { readonly padding: string }>(bare: T, least: number): Bytes {
  const length = utf8(canonicalText({ ...bare, padding: "" })).length
  const target = Math.max(least, 2 ** Math.ceil(Math.log2(length)))
  return canonicalBytes({ ...bare, padding: "0".repeat(target - length) })
}
