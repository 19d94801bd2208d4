import { createPublicKey } from "node:crypto"
import { decodeUserData, type UserData } from "../../../../shared/attestation/user-data.ts"
import { type Bytes, toHex } from "../../../../shared/bytes.ts"
import { ParleyError } from "../../../../shared/errors/index.ts"
import { outlineCbor } from "./cbor-outline.ts"
import { printable } from "./printable.ts"

/** What a free field holds. Nobody but the enclave's application gives it a meaning; what it looks like is a guess. */
export interface Contents {
  readonly bytes: number
  readonly hex: string
  readonly looksLike: string
  /** The field as text where it is printable text, else null. */
  readonly text: string | null
}

export type FreeField = "public_key" | "user_data" | "nonce"

export function contentsOf(field: FreeField, bytes: Bytes): Contents {
  const text = textOf(bytes)
  return {
    bytes: bytes.length,
    hex: toHex(bytes),
    looksLike: parleyLook(field, bytes) ?? keyLook(field, bytes) ?? dataLook(bytes, text),
    text,
  }
}

/** `user_data` of a Parley enclave, or null when it is anything else. */
export function parleyData(bytes: Uint8Array | null): UserData | null {
  if (bytes === null) return null
  try {
    return decodeUserData(bytes)
  } catch (cause) {
    if (cause instanceof ParleyError) return null
    throw cause
  }
}

function parleyLook(field: FreeField, bytes: Bytes): string | null {
  const data = field === "user_data" ? parleyData(bytes) : null
  return data === null ? null : `Parley's ${data.type === "parley/session/v1" ? "session" : "receipt"} statement`
}

function keyLook(field: FreeField, bytes: Bytes): string | null {
  const spki = spkiLook(bytes)
  if (spki !== null) return spki
  if (field !== "public_key") return null
  if (bytes.length === 65 && bytes[0] === 4) return "an uncompressed point of a 256-bit curve"
  if (bytes.length === 97 && bytes[0] === 4) return "an uncompressed point, P-384 by its length"
  return bytes.length === 32 ? "perhaps an X25519 or Ed25519 key" : null
}

/** SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) in DER. */
function spkiLook(bytes: Bytes): string | null {
  if (bytes[0] !== 0x30) return null
  try {
    const key = createPublicKey({ format: "der", key: Buffer.from(bytes), type: "spki" })
    const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {}
    const kind =
      key.asymmetricKeyType === "rsa" ? `RSA, ${modulusLength} bits` : curveName(key.asymmetricKeyType, namedCurve)
    return `SubjectPublicKeyInfo, ${kind}`
  } catch {
    return null
  }
}

export function curveName(type: string | undefined, curve: string | undefined): string {
  const names: Readonly<Record<string, string>> = { prime256v1: "P-256", secp384r1: "P-384", secp521r1: "P-521" }
  return curve === undefined ? (type ?? "unknown key").toUpperCase() : (names[curve] ?? curve)
}

function dataLook(bytes: Bytes, text: string | null): string {
  if (bytes.length === 0) return "present and empty"
  if (bytes.every((byte) => byte === 0)) return "zeros"
  if (text !== null) return textLook(text)
  const { end, fault, item } = outlineCbor(bytes)
  if (fault === null && end === bytes.length && (item?.kind === "map" || item?.kind === "array"))
    return `a CBOR ${item.kind}`
  return [20, 32, 48, 64].includes(bytes.length) ? "perhaps a digest or random" : "not recognised"
}

function textLook(text: string): string {
  if (/^(?:[0-9a-f]{2}){8,}$/i.test(text)) return "text in hex"
  if (/^-----BEGIN /.test(text)) return "text in PEM"
  try {
    return typeof JSON.parse(text) === "object" ? "JSON" : "text"
  } catch {
    return "text"
  }
}

/** Text without control or invisible characters, but for tabs and line ends. */
function textOf(bytes: Bytes): string | null {
  if (bytes.length === 0) return null
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
    const line = text.replace(/[\t\r\n]/g, "")
    return printable(line) === line ? text : null
  } catch {
    return null
  }
}
