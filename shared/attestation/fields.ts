import type { Bytes } from "../bytes.ts"
import type { CborMap, CborValue } from "../cbor/value.ts"
import { ParleyError } from "../errors/index.ts"
import { PCR_BYTES } from "./binding.ts"

/** Syntactic validation of a document's fields, one function each (ATT-17). */

const MAX_FREE_BYTES = 1024
const MAX_CERTIFICATE_BYTES = 2048
const MAX_CABUNDLE = 16

/** How many registers a document shows, and up to which index. */
export interface RegisterBounds {
  readonly min: number
  readonly max: number
  readonly indices: number
}

export function requiredField(map: CborMap, name: string): CborValue {
  const value = map.get(name)
  if (value === undefined) throw new ParleyError("document-field-missing", `${name} is missing`)
  return value
}

export function moduleId(map: CborMap): string {
  const value = requiredField(map, "module_id")
  if (typeof value === "string" && /^[\x21-\x7e]{1,128}$/.test(value)) return value
  throw invalid("module_id", "not 1 to 128 printable characters")
}

export function digestName(map: CborMap): "SHA384" {
  const value = requiredField(map, "digest")
  if (value === "SHA384") return value
  throw invalid("digest", "not SHA384")
}

/** The upper bound is the last instant that a Date can hold. */
export function timestamp(map: CborMap): number {
  const value = requiredField(map, "timestamp")
  if (typeof value === "number" && value > 0 && value < 8.64e15) return value
  throw invalid("timestamp", "not a positive number of milliseconds")
}

export function registers(map: CborMap, name: string, bounds: RegisterBounds): ReadonlyMap<number, Bytes> {
  const value = requiredField(map, name)
  if (!(value instanceof Map) || value.size < bounds.min || value.size > bounds.max) {
    throw invalid(name, `not a map of ${bounds.min} to ${bounds.max} entries`)
  }
  const pcrs = new Map<number, Bytes>()
  for (const [index, register] of value as CborMap) {
    if (typeof index !== "number" || index < 0 || index >= bounds.indices) {
      throw invalid(name, `index not in 0 to ${bounds.indices - 1}`)
    }
    if (!(register instanceof Uint8Array) || register.length !== PCR_BYTES) throw invalid(name, "not 48 bytes")
    pcrs.set(index, register)
  }
  return pcrs
}

export function certificate(map: CborMap): Bytes {
  return certificateBytes(requiredField(map, "certificate"), "certificate")
}

export function cabundle(map: CborMap): readonly Bytes[] {
  const value = requiredField(map, "cabundle")
  if (!Array.isArray(value) || value.length < 1 || value.length > MAX_CABUNDLE) {
    throw invalid("cabundle", `not a list of 1 to ${MAX_CABUNDLE} certificates`)
  }
  return value.map((item: CborValue) => certificateBytes(item, "cabundle"))
}

/** Absent, null and an empty byte string all occur when a field is not set; the last one is kept apart. */
export function optionalBytes(map: CborMap, name: string): Bytes | null {
  const value = map.get(name)
  if (value === undefined || value === null) return null
  if (value instanceof Uint8Array && value.length <= MAX_FREE_BYTES) return value
  throw invalid(name, `not up to ${MAX_FREE_BYTES} bytes`)
}

export function invalid(name: string, what: string): ParleyError {
  return new ParleyError("document-field-invalid", `${name}: ${what}`)
}

function certificateBytes(value: CborValue, name: string): Bytes {
  if (value instanceof Uint8Array && value.length > 0 && value.length <= MAX_CERTIFICATE_BYTES) return value
  throw invalid(name, `not 1 to ${MAX_CERTIFICATE_BYTES} bytes`)
}
