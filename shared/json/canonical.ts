import canonicalize from "canonicalize"
import type { z } from "zod"
import { type Bytes, utf8 } from "../bytes.ts"
import { ParleyError } from "../errors/index.ts"

/** Deepest nesting of objects and arrays that a signed object may have. */
const MAX_DEPTH = 32

/** RFC 8785 bytes of a JSON value. Refuses what JSON cannot say: lone surrogates, NaN, infinities, undefined members. */
export function canonicalBytes(value: unknown): Bytes {
  const text = canonicalText(value)
  return utf8(text)
}

/** RFC 8785 text of a JSON value. */
export function canonicalText(value: unknown): string {
  const text = canonicalOrUndefined(value)
  if (text === undefined || !text.isWellFormed()) throw new ParleyError("json-malformed", "value has no RFC 8785 form")
  return text
}

function canonicalOrUndefined(value: unknown): string | undefined {
  try {
    return canonicalize(value)
  } catch {
    return undefined
  }
}

/**
 * Reads a signed object: at most `maxBytes` of UTF-8 that equal the RFC 8785 form of what they parse to, under a closed
 * schema. Every accepted byte string has one meaning: duplicate members, other key orders, other spellings of numbers
 * and strings all fail the comparison.
 */
export function parseCanonical<S extends z.ZodType>(bytes: Uint8Array, schema: S, maxBytes: number): z.output<S> {
  const { text, value } = parseJson(bytes, maxBytes)
  if (canonicalText(value) !== text) throw new ParleyError("json-not-canonical", "bytes are not in RFC 8785 form")
  return checkSchema(value, schema)
}

/** Reads a local, unsigned JSON file with a closed schema; white space is free there. */
export function parseLoose<S extends z.ZodType>(bytes: Uint8Array, schema: S, maxBytes: number): z.output<S> {
  return checkSchema(parseJson(bytes, maxBytes).value, schema)
}

/** Applies a closed schema; the error names the path of the first fault, never a value. */
export function checkSchema<S extends z.ZodType>(value: unknown, schema: S): z.output<S> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const path = issue === undefined || issue.path.length === 0 ? "the object" : issue.path.map(String).join(".")
  throw new ParleyError("json-schema", `${path}: ${issue?.message ?? "invalid"}`)
}

function parseJson(bytes: Uint8Array, maxBytes: number): { text: string; value: unknown } {
  if (bytes.length > maxBytes) throw new ParleyError("json-too-large", `${bytes.length} bytes, at most ${maxBytes}`)
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
    checkDepth(text)
    return { text, value: JSON.parse(text) }
  } catch (cause) {
    if (cause instanceof ParleyError) throw cause
    throw new ParleyError("json-malformed", "not JSON in UTF-8")
  }
}

/** Deep nesting would exhaust the stack of the parser, so the cap comes before the parse. */
function checkDepth(text: string): void {
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (inString) {
      if (c === "\\") i++
      else if (c === '"') inString = false
    } else if (c === '"') inString = true
    else if (c === "{" || c === "[") {
      if (++depth > MAX_DEPTH) throw new ParleyError("json-malformed", `nested deeper than ${MAX_DEPTH}`)
    } else if (c === "}" || c === "]") depth--
  }
}
