import { ParleyError } from "./errors/index.ts"

const HEX = /^(?:[0-9a-f]{2})*$/

export type Bytes = Uint8Array<ArrayBuffer>

export function utf8(text: string): Bytes {
  return new TextEncoder().encode(text)
}

export function concat(...parts: readonly Uint8Array[]): Bytes {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    out.set(part, offset)
    offset += part.length
  }
  return out
}

/**
 * Compares without an early exit, so that time tells nothing about where two secrets differ. What is no Uint8Array equals
 * nothing: elements of an array would be compared by the numbers that they turn into.
 */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (!(a instanceof Uint8Array && b instanceof Uint8Array) || a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0)
  return difference === 0
}

/** Lowercase hex. */
export function toHex(bytes: Uint8Array): string {
  let out = ""
  for (const byte of bytes) out += byte.toString(16).padStart(2, "0")
  return out
}

/** Accepts lowercase hex of whole bytes only, so that every accepted text has one meaning. */
export function fromHex(text: string): Bytes {
  if (!HEX.test(text)) throw new ParleyError("json-schema", "not lowercase hex")
  const out = new Uint8Array(text.length / 2)
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16)
  return out
}

/** RFC 4648 section 5, without padding. */
export function toBase64url(bytes: Uint8Array): string {
  let binary = ""
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")
}

/** RFC 4648 section 5, without padding; refuses other alphabets, padding and non-zero trailing bits. */
export function fromBase64url(text: string): Bytes {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) throw new ParleyError("json-schema", "not base64url")
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"))
  const out = Uint8Array.from(binary, (c) => c.charCodeAt(0))
  if (toBase64url(out) !== text) throw new ParleyError("json-schema", "base64url with non-zero trailing bits")
  return out
}
