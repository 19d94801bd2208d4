import type { Bytes } from "../bytes.ts"
import { decodeCbor } from "../cbor/decode.ts"
import type { CborMap } from "../cbor/value.ts"
import { decodeSign1 } from "../cose/sign1.ts"
import { ParleyError } from "../errors/index.ts"
import * as fields from "./fields.ts"

/** An enclave's document, or a NitroTPM's: same root and chain, but the registers mean something else. */
export type DocumentFormat = "aws-nitro" | "aws-nitrotpm"

/**
 * Fields of a Nitro attestation document (AWS Nitro Enclaves User Guide, "Verifying the root of trust"). The limits are
 * AWS's, but for the three free fields, where genuine documents exceed the published 512 bytes.
 */
export interface AttestationDocument {
  readonly format: DocumentFormat
  readonly moduleId: string
  readonly digest: "SHA384"
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly timestamp: number
  /** By index, 48 bytes each; `nitrotpm_pcrs` in a NitroTPM document. */
  readonly pcrs: ReadonlyMap<number, Bytes>
  /** Leaf certificate, DER. */
  readonly certificate: Bytes
  /** Root first, DER. */
  readonly cabundle: readonly Bytes[]
  readonly publicKey: Bytes | null
  readonly userData: Bytes | null
  readonly nonce: Bytes | null
}

/** Largest document that is looked at, in bytes (genuine ones are 4 to 6 KiB). */
export const MAX_DOCUMENT_BYTES = 64 * 1024

const FORMATS = {
  "aws-nitro": { bounds: { indices: 32, max: 32, min: 1 }, pcrs: "pcrs" },
  "aws-nitrotpm": { bounds: { indices: 24, max: 24, min: 24 }, pcrs: "nitrotpm_pcrs" },
} as const satisfies Record<DocumentFormat, { bounds: fields.RegisterBounds; pcrs: string }>

const COMMON_FIELDS = [
  "module_id",
  "digest",
  "timestamp",
  "certificate",
  "cabundle",
  "public_key",
  "user_data",
  "nonce",
] as const

export function requireSize(bytes: Uint8Array): void {
  if (bytes.length <= MAX_DOCUMENT_BYTES) return
  throw new ParleyError("document-too-large", `${bytes.length} bytes, at most ${MAX_DOCUMENT_BYTES}`)
}

/** Reads a document without judging it: no signature, path or policy is looked at, so anybody can have written it. */
export function decodeUnverified(bytes: Uint8Array): AttestationDocument {
  requireSize(bytes)
  return decodeFields(payloadMap(decodeSign1(bytes).payload))
}

/** Syntactic validation of the payload, which must be of the format that the policy is for (ATT-9). */
export function decodePayload(payload: Uint8Array, wanted: DocumentFormat): AttestationDocument {
  const map = payloadMap(payload)
  requireFormat(formatOf(map), wanted)
  return decodeFields(map)
}

function payloadMap(payload: Uint8Array): CborMap {
  const map = decodeCbor(payload)
  if (map instanceof Map) return map
  throw fields.invalid("payload", "not a map")
}

function decodeFields(map: CborMap): AttestationDocument {
  const format = formatOf(map)
  const { bounds, pcrs } = FORMATS[format]
  refuseUnknown(map, pcrs)
  return {
    cabundle: fields.cabundle(map),
    certificate: fields.certificate(map),
    digest: fields.digestName(map),
    format,
    moduleId: fields.moduleId(map),
    nonce: fields.optionalBytes(map, "nonce"),
    pcrs: fields.registers(map, pcrs, bounds),
    publicKey: fields.optionalBytes(map, "public_key"),
    timestamp: fields.timestamp(map),
    userData: fields.optionalBytes(map, "user_data"),
  }
}

/** Either sign is enough: a document must not pass for an enclave's by lacking one of them. */
function formatOf(map: CborMap): DocumentFormat {
  const id = map.get("module_id")
  const tpm = map.has("nitrotpm_pcrs") || (typeof id === "string" && /-tpm[0-9a-f]*$/i.test(id))
  return tpm ? "aws-nitrotpm" : "aws-nitro"
}

function requireFormat(found: DocumentFormat, wanted: DocumentFormat): void {
  if (found === wanted) return
  if (found === "aws-nitrotpm") {
    throw new ParleyError("nitrotpm-unsupported", "this is a NitroTPM document, not an enclave's")
  }
  throw new ParleyError("nitrotpm-expected", "this is an enclave's document, not a NitroTPM's")
}

function refuseUnknown(map: CborMap, pcrs: string): void {
  for (const key of map.keys()) {
    if (key !== pcrs && !COMMON_FIELDS.some((known) => known === key)) throw fields.invalid("payload", "unknown field")
  }
}
