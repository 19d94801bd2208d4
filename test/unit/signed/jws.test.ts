import { p384 } from "@noble/curves/nist.js"
import { FlattenedSign } from "jose"
import { describe, expect, it } from "vitest"
import * as z from "zod"
import { fromBase64url, toBase64url, utf8 } from "../../../shared/bytes.ts"
import { canonicalBytes } from "../../../shared/json/canonical.ts"
import { openJws, signJws } from "../../../shared/signed/jws.ts"
import { keyId, type PrivateJwk, publicPart, signingKey } from "../../../shared/signed/keys.ts"
import { testKey } from "../../support/keys.ts"
import { expectCode } from "../../support/rejects.ts"

const Payload = z.strictObject({ hello: z.string() })
const key = await testKey()
const pub = publicPart(key)
const good = await signJws("proposal", { hello: "world" }, key)
type Envelope = Record<"payload" | "protected" | "signature", string>
const envelope = JSON.parse(new TextDecoder().decode(good)) as Envelope

async function signWith(header: Record<string, unknown>, payload: Uint8Array, signer: PrivateJwk = key) {
  const jws = await new FlattenedSign(payload)
    .setProtectedHeader(header as { alg: string })
    .sign(await signingKey(signer))
  return canonicalBytes({ payload: jws.payload, protected: jws.protected, signature: jws.signature })
}

const header = { alg: "ES384", kid: keyId(pub), typ: "parley-proposal+jws" }
const payload = canonicalBytes({ hello: "world" })

describe("openJws", () => {
  it("opens what signJws made", async () => {
    const signed = await openJws("proposal", good, Payload, [pub])
    expect(signed.payload).toEqual({ hello: "world" })
    expect(signed.kid).toBe(keyId(pub))
  })

  it("gives a malleated signature the same identity", async () => {
    const raw = fromBase64url(envelope.signature)
    const signature = p384.Signature.fromBytes(raw, "compact")
    const other = new p384.Signature(signature.r, p384.Point.Fn.ORDER - signature.s).toBytes("compact")
    const malleated = canonicalBytes({ ...envelope, signature: toBase64url(other) })
    expect(toBase64url(other)).not.toBe(envelope.signature)
    const first = await openJws("proposal", good, Payload, [pub])
    expect((await openJws("proposal", malleated, Payload, [pub])).digest).toBe(first.digest)
  })

  it("refuses another kind before it looks at the signature", async () => {
    const broken = canonicalBytes({ ...envelope, signature: toBase64url(new Uint8Array(96)) })
    await expectCode("jws-wrong-type", () => openJws("grant", broken, Payload, [pub]))
  })

  it("refuses another algorithm", async () => {
    const bytes = canonicalBytes({
      ...envelope,
      protected: toBase64url(canonicalBytes({ ...header, alg: "none" })),
    })
    await expectCode("jws-wrong-algorithm", () => openJws("proposal", bytes, Payload, [pub]))
  })

  it("refuses a key that is not expected, also under the kid of one that is", async () => {
    const other = await testKey()
    const foreign = await signJws("proposal", { hello: "world" }, other)
    await expectCode("jws-unknown-key", () => openJws("proposal", foreign, Payload, [pub]))
    await expectCode("jws-unknown-key", () => openJws("proposal", good, Payload, []))
    const disguised = await signWith(header, payload, other)
    await expectCode("jws-signature-invalid", () => openJws("proposal", disguised, Payload, [pub]))
  })

  it("refuses extra header members, an unprotected header and extra members", async () => {
    for (const extra of [{ jwk: pub }, { b64: true }, { crit: ["exp"] }, { jku: "https://example.org" }]) {
      const bytes = canonicalBytes({ ...envelope, protected: toBase64url(canonicalBytes({ ...header, ...extra })) })
      await expectCode("jws-malformed", () => openJws("proposal", bytes, Payload, [pub]))
    }
    await expectCode("jws-malformed", () =>
      openJws("proposal", canonicalBytes({ ...envelope, header: { kid: "x" } }), Payload, [pub]),
    )
  })

  it("refuses a payload that is signed but not canonical, or not of the schema", async () => {
    const spaced = await signWith(header, utf8('{"hello": "world"}'))
    await expectCode("json-not-canonical", () => openJws("proposal", spaced, Payload, [pub]))
    const unknown = await signJws("proposal", { hello: "world", more: 1 }, key)
    await expectCode("json-schema", () => openJws("proposal", unknown, Payload, [pub]))
  })

  it("refuses every flipped bit of the signature and of the payload", async () => {
    const raw = fromBase64url(envelope.signature)
    for (let i = 0; i < raw.length; i += 7) {
      const flipped = raw.slice()
      flipped[i] = (flipped[i] ?? 0) ^ 1
      const bytes = canonicalBytes({ ...envelope, signature: toBase64url(flipped) })
      await expectCode("jws-signature-invalid", () => openJws("proposal", bytes, Payload, [pub]))
    }
    const other = canonicalBytes({ ...envelope, payload: toBase64url(canonicalBytes({ hello: "World" })) })
    await expectCode("jws-signature-invalid", () => openJws("proposal", other, Payload, [pub]))
  })
})
