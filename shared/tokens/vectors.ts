import { sha256 } from "@noble/hashes/sha2.js"
import { type Bytes, utf8 } from "../bytes.ts"
import type { TokenSpec } from "../contract/tokens.ts"
import { ParleyError } from "../errors/index.ts"
import { normalize } from "./normalize.ts"
import { tokenKey, tokenOf } from "./token.ts"

/** Test vectors use this secret, which everybody knows: vectors under the real one would be an oracle. */
export function publicTestSecret(): Bytes {
  return new Uint8Array(sha256(utf8("parley/public-test-token-secret/v1")))
}

export type TestVector = TokenSpec["vectors"][number]

export function makeVector(spec: Pick<TokenSpec, "name" | "normalization">, input: string): TestVector {
  const normalized = normalize(input, spec.normalization)
  return { input, normalized, token: tokenOf(tokenKey(publicTestSecret(), spec.name), normalized) }
}

/** Throws on the first vector that this machine computes otherwise, naming it and the character. */
export function checkVectors(spec: TokenSpec): number {
  for (const [index, vector] of spec.vectors.entries()) {
    const { normalized, token } = makeVector(spec, vector.input)
    const place = `token spec ${spec.name}, vector ${index + 1}`
    if (normalized !== vector.normalized) {
      const at = firstDifference(normalized, vector.normalized)
      throw new ParleyError("token-vector-mismatch", `${place}: normalised text differs at character ${at}`)
    }
    if (token !== vector.token) throw new ParleyError("token-vector-mismatch", `${place}: the token differs`)
  }
  return spec.vectors.length
}

/** 1-based position, in code points, of the first difference. */
function firstDifference(a: string, b: string): number {
  const [left, right] = [[...a], [...b]]
  const at = left.findIndex((character, index) => character !== right[index])
  return (at === -1 ? left.length : at) + 1
}
