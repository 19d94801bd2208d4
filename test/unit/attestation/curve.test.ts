import { p384 } from "@noble/curves/nist.js"
import { describe, expect, it } from "vitest"
import { concat, fromHex } from "../../../shared/bytes.ts"
import { isCurvePoint, isSignatureInRange, rawSignature } from "../../../verifier/attestation/ecdsa/curve.ts"

const { n, p } = p384.Point.CURVE()
const bytes = (value: bigint) => fromHex(value.toString(16).padStart(96, "0"))
const rootOfB = p384.Point.Fp.sqrt(p384.Point.CURVE().b)
const { x, y } = p384.Point.BASE.toAffine()
const at = (left: bigint, right: bigint) => concat(Uint8Array.of(4), bytes(left), bytes(right))

describe("isCurvePoint", () => {
  it("takes the base point, its negative, and a point with x of zero", () => {
    expect([at(x, y), at(x, p - y), at(0n, rootOfB)].map(isCurvePoint)).toEqual([true, true, true])
  })

  // A point of small order on another curve, or a coordinate with two spellings, would pass for a key.
  const REFUSED: Readonly<Record<string, Uint8Array>> = {
    "a compressed point": concat(Uint8Array.of(2), bytes(x)),
    "a coordinate of p more": at(0n, p),
    // (0, root of b) is on the curve: so is x = p, modulo p.
    "an x of p": at(p, rootOfB),
    "another y": at(x, y + 1n),
    "one byte less": at(x, y).subarray(0, 96),
    "one byte more": concat(at(x, y), Uint8Array.of(0)),
    "the point 0, 0": at(0n, 0n),
  }
  for (const [name, point] of Object.entries(REFUSED)) {
    it(`refuses ${name}`, () => expect(isCurvePoint(point)).toBe(false))
  }
})

describe("isSignatureInRange", () => {
  const raw = (r: bigint, s: bigint) => concat(bytes(r), bytes(s))
  it("takes 1 and n - 1", () => {
    expect(isSignatureInRange(raw(1n, n - 1n))).toBe(true)
    expect(rawSignature(Uint8Array.of(1), bytes(n - 1n))).toEqual(raw(1n, n - 1n))
  })

  const REFUSED: Readonly<Record<string, Uint8Array>> = {
    "one byte more": concat(raw(1n, 1n), Uint8Array.of(1)),
    "r of n": raw(n, 1n),
    "r of zero": raw(0n, 1n),
    "s of n": raw(1n, n),
    "s of zero": raw(1n, 0n),
    nothing: new Uint8Array(0),
  }
  for (const [name, signature] of Object.entries(REFUSED)) {
    it(`refuses ${name}`, () => expect(isSignatureInRange(signature)).toBe(false))
  }

  it("makes no signature of a magnitude of 49 bytes", () => {
    expect(rawSignature(new Uint8Array(49), Uint8Array.of(1))).toBeNull()
    expect(rawSignature(Uint8Array.of(1), new Uint8Array(49))).toBeNull()
  })
})
