import type { Bytes } from "../bytes.ts"
import { decodeCbor } from "../cbor/decode.ts"
import type { CborMap, CborValue } from "../cbor/value.ts"
import { decodeSign1 } from "../cose/sign1.ts"
import { ParleyError } from "../errors/index.ts"
import { PCR_BYTES } from "./binding.ts"

/**
 * Fields of a Nitro attestation document (AWS Nitro Enclaves User Guide, "Verifying the root of trust"). The limits are
 * AWS's, but for the three free fields, where genuine documents exceed the published 512 bytes.
 */
export interface AttestationDocument {
  readonly moduleId: string
  readonly digest: "SHA384"
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly timestamp: number
  /** By index 0 to 31; 48 bytes each. */
  readonly pcrs: ReadonlyMap<number, Bytes>
  /** Leaf certificate, DER. */
  readonly certificate: Bytes
  /** Root first, DER. */
  readonly cabundle: readonly Bytes[]
  readonly publicKey: Bytes | null
  readonly userData: Bytes | null
  readonly nonce: Bytes | null
}

const MAX_FREE_BYTES = 1024
const MAX_CERTIFICATE_BYTES = 1024 * 2
const MAX_CABUNDLE = 16
const FIELDS = [
  "module_id",
  "digest",
  "timestamp",
  "pcrs",
  "certificate",
  "cabundle",
  "public_key",
  "user_data",
  "nonce",
] as const
type Field = (typeof FIELDS)[number]

/** Reads the payload of a COSE_Sign1 without judging it: no signature, chain or policy is looked at. */
export function decodeDocument(bytes: Uint8Array): AttestationDocument {
  return decodePayload(decodeSign1(bytes).payload)
}

/** Syntactic validation of the payload, field by field. */
export function decodePayload(payload: Uint8Array): AttestationDocument {
  const map = decodeCbor(payload)
  if (!(map instanceof Map)) throw invalid("payload", "not a map")
  refuseNitroTpm(map)
  refuseUnknown(map)
  return {
    cabundle: cabundle(field(map, "cabundle")),
    certificate: bytesField(map, "certificate", 1, MAX_CERTIFICATE_BYTES),
    digest: digestName(field(map, "digest")),
    moduleId: moduleId(field(map, "module_id")),
    nonce: optionalBytes(map, "nonce"),
    pcrs: registers(field(map, "pcrs")),
    publicKey: optionalBytes(map, "public_key"),
    timestamp: timestamp(field(map, "timestamp")),
    userData: optionalBytes(map, "user_data"),
  }
}

/** NitroTPM documents share root and chain, but their registers mean something else. */
function refuseNitroTpm(map: CborMap): void {
  const id = map.get("module_id")
  if (map.has("nitrotpm_pcrs") || (typeof id === "string" && /-tpm[0-9a-f]+$/.test(id))) {
    throw new ParleyError("nitrotpm-unsupported", "this is a NitroTPM document, not an enclave's")
  }
}

function refuseUnknown(map: CborMap): void {
  for (const key of map.keys()) {
    if (!FIELDS.some((known) => known === key)) throw invalid("payload", "unknown field")
  }
}

function field(map: CborMap, name: Field): CborValue {
  const value = map.get(name)
  if (value === undefined) throw new ParleyError("document-field-missing", `${name} is missing`)
  return value
}

function moduleId(value: CborValue): string {
  if (typeof value === "string" && /^[\x21-\x7e]{1,128}$/.test(value)) return value
  throw invalid("module_id", "not 1 to 128 printable characters")
}

function digestName(value: CborValue): "SHA384" {
  if (value === "SHA384") return value
  throw invalid("digest", "not SHA384")
}

function timestamp(value: CborValue): number {
  if (typeof value === "number" && value > 0 && value < 8.64e15) return value
  throw invalid("timestamp", "not a positive number of milliseconds")
}

function registers(value: CborValue): ReadonlyMap<number, Bytes> {
  if (!(value instanceof Map) || value.size < 1 || value.size > 32)
    throw invalid("pcrs", "not a map of 1 to 32 entries")
  const pcrs = new Map<number, Bytes>()
  for (const [index, register] of value as CborMap) {
    if (typeof index !== "number" || index < 0 || index > 31) throw invalid("pcrs", "index not in 0 to 31")
    if (!(register instanceof Uint8Array) || register.length !== PCR_BYTES) throw invalid("pcrs", "not 48 bytes")
    pcrs.set(index, register)
  }
  return pcrs
}

function cabundle(value: CborValue): readonly Bytes[] {
  if (!Array.isArray(value) || value.length < 1 || value.length > MAX_CABUNDLE) {
    throw invalid("cabundle", `not a list of 1 to ${MAX_CABUNDLE} certificates`)
  }
  return value.map((item: CborValue) => {
    if (item instanceof Uint8Array && item.length > 0 && item.length <= MAX_CERTIFICATE_BYTES) return item
    throw invalid("cabundle", `an entry is not 1 to ${MAX_CERTIFICATE_BYTES} bytes`)
  })
}

function bytesField(map: CborMap, name: Field, min: number, max: number): Bytes {
  const value = field(map, name)
  if (value instanceof Uint8Array && value.length >= min && value.length <= max) return value
  throw invalid(name, `not ${min} to ${max} bytes`)
}

/** Absent, null and an empty byte string all occur when a field is not set; the last one is kept apart. */
function optionalBytes(map: CborMap, name: Field): Bytes | null {
  const value = map.get(name)
  if (value === undefined || value === null) return null
  return bytesField(map, name, 0, MAX_FREE_BYTES)
}

function invalid(name: string, what: string): ParleyError {
  return new ParleyError("document-field-invalid", `${name}: ${what}`)
}
