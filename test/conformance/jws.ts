import { expect } from "vitest"
import * as z from "zod"
import { utf8 } from "../../shared/bytes.ts"
import { canonicalBytes, checkSchema } from "../../shared/json/canonical.ts"
import { openJws } from "../../shared/signed/jws.ts"
import { PublicJwk } from "../../shared/signed/keys.ts"
import { expectCode } from "../support/rejects.ts"
import type { Judge } from "./tally.ts"

interface Vectors {
  readonly testGroups: readonly Group[]
}

interface Group {
  readonly private?: object
  readonly public?: object
  readonly publicKeyJwk?: object
  readonly tests: readonly { readonly jws: string; readonly tcId: number }[]
}

/**
 * JSON web signatures of other profiles: none of their keys (HMAC, RSA, P-256, P-521) is a signer's key here, and none
 * of the signatures, valid ones included, is a signed object: not in compact form, nor as a flattened JWS, since their
 * headers lack the `typ` of a kind.
 */
export const jsonWebSignatures: Judge = async (file, tally) => {
  for (const group of (JSON.parse(file.toString()) as Vectors).testGroups) {
    const keys = [group.private, group.public].filter((key) => key !== undefined)
    expect(keys.length).toBeGreaterThan(0)
    for (const key of keys) await expectCode("json-schema", () => checkSchema(key, PublicJwk))
    for (const { jws } of group.tests) {
      await expectCode("jws-malformed", () => openJws("grant", utf8(jws), z.unknown(), []))
      await expectCode("jws-malformed", () => openJws("grant", flattened(jws), z.unknown(), []))
      tally.run()
    }
  }
}

function flattened(jws: string): Uint8Array {
  const [header, payload, signature] = jws.split(".")
  return canonicalBytes({ payload: payload ?? "", protected: header ?? "", signature: signature ?? "" })
}

/** P-256: the key is refused, so there is nothing to verify a signature with. */
export const otherCurve: Judge = async (file, tally) => {
  for (const { publicKeyJwk, tests } of (JSON.parse(file.toString()) as Vectors).testGroups) {
    if (publicKeyJwk !== undefined) await expectCode("json-schema", () => checkSchema(publicKeyJwk, PublicJwk))
    tally.notApplicable("ECDSA on P-256: signed objects and attestation use P-384 alone", tests.length)
  }
}
