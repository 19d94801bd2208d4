import type { Bytes } from "../bytes.ts"
import { decodeCbor } from "../cbor/decode.ts"
import { encodeCbor } from "../cbor/encode.ts"
import type { CborKey, CborMap, CborValue } from "../cbor/value.ts"
import { ParleyError } from "../errors/index.ts"

/** Requests to the security module (aws-nitro-enclaves-nsm-api, `Request`), those that Parley makes. */
export type NsmRequest =
  | { readonly kind: "DescribePCR"; readonly index: number }
  | { readonly kind: "ExtendPCR"; readonly index: number; readonly data: Bytes }
  | { readonly kind: "LockPCR"; readonly index: number }
  | {
      readonly kind: "Attestation"
      readonly nonce: Uint8Array | null
      readonly publicKey: Uint8Array | null
      readonly userData: Uint8Array | null
    }

/** Its answers (aws-nitro-enclaves-nsm-api, `Response`). */
export type NsmResponse =
  | { readonly kind: "DescribePCR"; readonly lock: boolean; readonly data: Bytes }
  | { readonly kind: "ExtendPCR"; readonly data: Bytes }
  | { readonly kind: "LockPCR" }
  | { readonly kind: "Attestation"; readonly document: Bytes }
  | { readonly kind: "Error"; readonly error: string }

/** Largest request and answer, in bytes. */
export const MAX_NSM_BYTES = 0x3000

export function encodeNsmRequest(request: NsmRequest): Bytes {
  switch (request.kind) {
    case "DescribePCR":
      return named("DescribePCR", [["index", request.index]])
    case "ExtendPCR":
      return named("ExtendPCR", [
        ["index", request.index],
        ["data", request.data],
      ])
    case "LockPCR":
      return named("LockPCR", [["index", request.index]])
    case "Attestation":
      return named("Attestation", [
        ["user_data", copy(request.userData)],
        ["nonce", copy(request.nonce)],
        ["public_key", copy(request.publicKey)],
      ])
  }
}

export function decodeNsmRequest(bytes: Uint8Array): NsmRequest {
  const [kind, fields] = variant(bytes)
  switch (kind) {
    case "DescribePCR":
      return { index: number(fields, "index"), kind }
    case "ExtendPCR":
      return { data: byteString(fields, "data"), index: number(fields, "index"), kind }
    case "LockPCR":
      return { index: number(fields, "index"), kind }
    case "Attestation":
      return {
        kind,
        nonce: optional(fields, "nonce"),
        publicKey: optional(fields, "public_key"),
        userData: optional(fields, "user_data"),
      }
    default:
      throw notUnderstood()
  }
}

export function encodeNsmResponse(response: NsmResponse): Bytes {
  switch (response.kind) {
    case "DescribePCR":
      return named("DescribePCR", [
        ["lock", response.lock],
        ["data", response.data],
      ])
    case "ExtendPCR":
      return named("ExtendPCR", [["data", response.data]])
    case "LockPCR":
      return encodeCbor("LockPCR")
    case "Attestation":
      return named("Attestation", [["document", response.document]])
    case "Error":
      return encodeCbor(new Map<CborKey, CborValue>([["Error", response.error]]))
  }
}

export function decodeNsmResponse(bytes: Uint8Array): NsmResponse {
  const value = decodeCbor(bytes)
  if (value === "LockPCR") return { kind: "LockPCR" }
  const [kind, fields] = variant(bytes)
  switch (kind) {
    case "DescribePCR":
      return { data: byteString(fields, "data"), kind, lock: fields.get("lock") === true }
    case "ExtendPCR":
      return { data: byteString(fields, "data"), kind }
    case "Attestation":
      return { document: byteString(fields, "document"), kind }
    default:
      throw notUnderstood()
  }
}

function named(name: string, fields: readonly (readonly [string, CborValue])[]): Bytes {
  return encodeCbor(new Map<CborKey, CborValue>([[name, new Map(fields)]]))
}

function variant(bytes: Uint8Array): readonly [CborKey, CborMap] {
  if (bytes.length > MAX_NSM_BYTES) throw notUnderstood()
  const value = decodeCbor(bytes)
  if (!(value instanceof Map) || value.size !== 1) throw notUnderstood()
  const [entry] = [...(value as CborMap)]
  const [kind, fields] = entry ?? []
  if (kind === "Error" && typeof fields === "string") throw new ParleyError("nsm-failed", `it answers ${fields}`)
  if (kind === undefined || !(fields instanceof Map)) throw notUnderstood()
  return [kind, fields]
}

function number(fields: CborMap, name: string): number {
  const value = fields.get(name)
  if (typeof value === "number") return value
  throw notUnderstood()
}

function byteString(fields: CborMap, name: string): Bytes {
  const value = fields.get(name)
  if (value instanceof Uint8Array) return value
  throw notUnderstood()
}

function optional(fields: CborMap, name: string): Bytes | null {
  return fields.get(name) === null || fields.get(name) === undefined ? null : byteString(fields, name)
}

function copy(bytes: Uint8Array | null): Bytes | null {
  return bytes === null ? null : new Uint8Array(bytes)
}

function notUnderstood(): ParleyError {
  return new ParleyError("nsm-failed", "a message that is not understood")
}
