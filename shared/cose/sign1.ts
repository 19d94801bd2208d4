import { type Bytes, concat, equalBytes } from "../bytes.ts"
import { decodeCbor } from "../cbor/decode.ts"
import { byteStringHead, encodeCbor } from "../cbor/encode.ts"
import type { CborValue } from "../cbor/value.ts"
import { ParleyError } from "../errors/index.ts"

/** Protected header {1: -35}, ES384 (RFC 9053 section 2.1): the only one that Nitro uses. */
const ES384_HEADER = Uint8Array.of(0xa1, 0x01, 0x38, 0x22)

/** An untagged COSE_Sign1 (RFC 9052 section 4.2) with ES384, empty unprotected header and a 96-byte signature. */
export interface CoseSign1 {
  readonly protectedHeader: Bytes
  readonly payload: Bytes
  readonly signature: Bytes
}

export function decodeSign1(bytes: Uint8Array): CoseSign1 {
  const value = decodeCbor(bytes)
  if (!Array.isArray(value) || value.length !== 4) throw malformed("expected an array of four")
  const [header, unprotected, payload, signature] = value as readonly CborValue[]
  if (!(header instanceof Uint8Array) || !(payload instanceof Uint8Array) || !(signature instanceof Uint8Array)) {
    throw malformed("expected byte strings")
  }
  requireEs384(header)
  if (!(unprotected instanceof Map)) throw malformed("the unprotected header is not a map")
  if (unprotected.size !== 0) throw new ParleyError("cose-unprotected-header", "the unprotected header is not empty")
  if (signature.length !== 96) throw malformed("an ES384 signature has 96 bytes")
  return { payload, protectedHeader: header, signature }
}

/** Untagged COSE_Sign1, as the security module writes it. */
export function encodeSign1({ payload, protectedHeader, signature }: CoseSign1): Bytes {
  return encodeCbor([protectedHeader, new Map(), payload, signature])
}

/** What the signature covers: Sig_structure (RFC 9052 section 4.4) with empty external data. */
export function sigStructure(protectedHeader: Bytes, payload: Bytes): Bytes {
  const before = [encodeCbor("Signature1"), encodeCbor(protectedHeader), byteStringHead(0)]
  return concat(Uint8Array.of(0x84), ...before, byteStringHead(payload.length), payload)
}

export function es384Header(): Bytes {
  return concat(ES384_HEADER)
}

function requireEs384(header: Uint8Array): void {
  if (equalBytes(header, ES384_HEADER)) return
  if (!(decodedHeader(header) instanceof Map)) throw malformed("the protected header is not a map")
  throw new ParleyError("cose-algorithm", "the protected header is not {alg: ES384} alone")
}

/** A header without entries may be written as no bytes at all (RFC 9052 section 3). */
function decodedHeader(header: Uint8Array): CborValue {
  if (header.length === 0) return new Map()
  try {
    return decodeCbor(header)
  } catch {
    throw malformed("the protected header is not CBOR of this profile")
  }
}

function malformed(what: string): ParleyError {
  return new ParleyError("cose-malformed", `not a COSE_Sign1: ${what}`)
}
