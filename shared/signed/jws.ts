import { FlattenedSign, flattenedVerify } from "jose"
import * as z from "zod"
import { type Bytes, fromBase64url } from "../bytes.ts"
import { ParleyError } from "../errors/index.ts"
import { canonicalBytes, parseCanonical } from "../json/canonical.ts"
import { base64urlOf, base64urlUpTo } from "../json/fields.ts"
import { keyId, type PrivateJwk, type PublicJwk, publicPart, type Signer, signingKey } from "./keys.ts"
import { KINDS, type Kind, objectDigest } from "./kinds.ts"

const MAX_HEADER = 512
const Header = z.strictObject({ alg: z.string().max(32), kid: base64urlOf(32), typ: z.string().max(64) })

declare const verified: unique symbol

/** A signed object whose signature verified under `signer`. Only `openJws` makes one. */
export interface Signed<T> {
  readonly [verified]: true
  readonly kind: Kind
  readonly payload: T
  /** Canonical payload bytes, the ones that were signed. */
  readonly bytes: Bytes
  /** Identity: `objectDigest(kind, bytes)`. */
  readonly digest: string
  readonly signer: PublicJwk
  readonly kid: string
}

/** Signs the RFC 8785 form of `payload` as a flattened JWS (RFC 7515 section 7.2.2), ES384; returns its canonical bytes. */
export async function signJws(kind: Kind, payload: unknown, key: PrivateJwk | Signer): Promise<Bytes> {
  const bytes = canonicalBytes(payload)
  return signJwsBytes(kind, bytes, key)
}

/** Signs payload bytes that are canonical already. */
export async function signJwsBytes(kind: Kind, payload: Uint8Array, key: PrivateJwk | Signer): Promise<Bytes> {
  const signer = "key" in key ? key : { jwk: publicPart(key), key: await signingKey(key) }
  const header = { alg: "ES384", kid: keyId(signer.jwk), typ: KINDS[kind].typ }
  const jws = await new FlattenedSign(payload).setProtectedHeader(header).sign(signer.key)
  return canonicalBytes({ payload: jws.payload, protected: jws.protected, signature: jws.signature })
}

/**
 * Verifies one flattened JWS of one kind. In this order: size, form, `typ`, `alg`, `kid` among `keys`, signature,
 * payload form, payload schema. There is no unprotected header and no way to pass a key with the object.
 */
export async function openJws<S extends z.ZodType>(
  kind: Kind,
  bytes: Uint8Array,
  schema: S,
  keys: readonly PublicJwk[],
): Promise<Signed<z.output<S>>> {
  const jws = readEnvelope(kind, bytes)
  const signer = keys.find((key) => keyId(key) === jws.header.kid)
  if (signer === undefined)
    throw new ParleyError("jws-unknown-key", `${kind}: signed by a key that is not accepted here`)
  try {
    await flattenedVerify(jws.envelope, await signingKey(signer), { algorithms: ["ES384"] })
  } catch (cause) {
    if (cause instanceof ParleyError) throw cause
    throw new ParleyError("jws-signature-invalid", `${kind}: the signature does not verify`)
  }
  const payload = parseCanonical(jws.payload, schema, KINDS[kind].maxBytes)
  const digest = objectDigest(kind, jws.payload)
  return { kind, payload, bytes: jws.payload, digest, signer, kid: jws.header.kid } as Signed<z.output<S>>
}

/** Looks at a JWS without trusting it: who claims to have signed which bytes. Never a reason to accept anything. */
export function peekJwsUnverified(kind: Kind, bytes: Uint8Array): { kid: string; payload: Bytes; digest: string } {
  const { header, payload } = readEnvelope(kind, bytes)
  return { kid: header.kid, payload, digest: objectDigest(kind, payload) }
}

function readEnvelope(kind: Kind, bytes: Uint8Array) {
  const cap = Math.ceil((KINDS[kind].maxBytes * 4) / 3)
  const Envelope = z.strictObject({
    payload: base64urlUpTo(KINDS[kind].maxBytes),
    protected: base64urlUpTo(MAX_HEADER),
    signature: base64urlOf(96),
  })
  const { envelope, header, payload } = decodeEnvelope(kind, bytes, Envelope, cap + 4096)
  if (header.typ !== KINDS[kind].typ) {
    throw new ParleyError("jws-wrong-type", `expected typ ${KINDS[kind].typ}`)
  }
  if (header.alg !== "ES384") throw new ParleyError("jws-wrong-algorithm", "expected alg ES384")
  return { envelope, header, payload }
}

function decodeEnvelope<S extends z.ZodType<{ payload: string; protected: string; signature: string }>>(
  kind: Kind,
  bytes: Uint8Array,
  schema: S,
  cap: number,
) {
  try {
    const envelope = parseCanonical(bytes, schema, cap)
    fromBase64url(envelope.signature)
    const header = parseCanonical(fromBase64url(envelope.protected), Header, MAX_HEADER)
    return { envelope, header, payload: fromBase64url(envelope.payload) }
  } catch (cause) {
    if (!(cause instanceof ParleyError)) throw cause
    throw new ParleyError("jws-malformed", `${kind}: not a flattened JWS in canonical form (${cause.message})`)
  }
}
