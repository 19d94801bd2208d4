import { createPublicKey, verify } from "node:crypto"
import * as z from "zod"
import { type KeyPair, keyPairFrom, sign } from "../../../attestation-fixtures/software-nsm/key-pair.ts"
import { type Bytes, fromBase64url, toBase64url, utf8 } from "../../../shared/bytes.ts"
import { openJws } from "../../../shared/signed/jws.ts"
import { keyId, type PublicJwk } from "../../../shared/signed/keys.ts"
import { mutate } from "../mutator.ts"
import { BYTE_MUTATORS } from "../mutators/bytes.ts"
import { JSON_MUTATORS } from "../mutators/json.ts"
import type { Random } from "../random.ts"
import type { Target } from "../target.ts"
import { textFault, written } from "./canonical.ts"

interface Opened {
  readonly bytes: Bytes
  readonly kid: string
}

const key = keyPairFrom(new Uint8Array(48).fill(3), "fuzz/jws")
const jwk = publicJwk(key)
const kid = keyId(jwk)
const openSsl = createPublicKey({ format: "jwk", key: { ...jwk } })
const Anything = z.unknown()
const HEADER = utf8(written({ alg: "ES384", kid, typ: "parley-cancellation+jws" }))
const PAYLOAD = utf8(written({ proposal: "ab".repeat(32), reason: "none", sequence: 7 }))

function publicJwk({ point }: KeyPair): PublicJwk {
  return { crv: "P-384", kty: "EC", x: toBase64url(point.slice(1, 49)), y: toBase64url(point.slice(49)) }
}

/** The reader of signed objects, over damaged envelopes and over damaged headers and payloads that are signed again. */
export const signed: Target<Opened> = {
  again: {},
  codes: new Set([
    ...["json-malformed", "json-not-canonical", "json-too-large", "jws-malformed", "jws-signature-invalid"],
    ...["jws-unknown-key", "jws-wrong-algorithm", "jws-wrong-type"],
  ]),
  fault: ({ bytes }, opened) => {
    const envelope = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, string>
    const header = fromBase64url(envelope.protected ?? "")
    if (!Buffer.from(header).equals(HEADER)) return "another header"
    if (!Buffer.from(fromBase64url(envelope.payload ?? "")).equals(opened.bytes)) return "another payload is reported"
    if (opened.kid !== kid || Object.keys(envelope).length !== 3) return "another signer or another form"
    return (
      textFault(bytes) ??
      textFault(opened.bytes) ??
      (signedByOpenSsl(envelope) ? null : "its signature does not verify")
    )
  },
  generate: (random) => {
    const mutations: string[] = []
    const place = random.pick(["header", "payload", "envelope", "envelope"] as const)
    const header = place === "header" ? damaged(random, HEADER, mutations) : HEADER
    const payload = place === "payload" ? damaged(random, PAYLOAD, mutations) : PAYLOAD
    const envelope = signedEnvelope(header, payload)
    const bytes = place === "envelope" ? damaged(random, envelope, mutations) : envelope
    return { base: place, bytes, mutations }
  },
  name: "signed",
  run: ({ bytes }) => openJws("cancellation", bytes, Anything, [jwk]),
}

function damaged(random: Random, original: Bytes, mutations: string[]): Bytes {
  let bytes = original
  do bytes = mutate(random, random.chance(0.7) ? JSON_MUTATORS : BYTE_MUTATORS, bytes, mutations)
  while (bytes.length > 0 && random.chance(0.3))
  return bytes
}

function signedEnvelope(header: Bytes, payload: Bytes): Bytes {
  const parts = { payload: toBase64url(payload), protected: toBase64url(header) }
  const signature = toBase64url(sign(key, utf8(`${parts.protected}.${parts.payload}`)))
  return utf8(written({ ...parts, signature }))
}

function signedByOpenSsl({ payload, protected: header, signature }: Record<string, string>): boolean {
  const options = { dsaEncoding: "ieee-p1363", key: openSsl } as const
  return verify("sha384", utf8(`${header}.${payload}`), options, fromBase64url(signature ?? ""))
}
