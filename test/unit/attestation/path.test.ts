import { p384 } from "@noble/curves/nist.js"
import { describe, expect, it } from "vitest"
import * as der from "../../../attestation-fixtures/software-nsm/der.ts"
import { keyPairFrom } from "../../../attestation-fixtures/software-nsm/key-pair.ts"
import { type Bytes, concat, fromHex } from "../../../shared/bytes.ts"
import type { AttestationCode } from "../../../shared/errors/attestation.ts"
import { pureCrypto } from "../../../verifier/attestation/ecdsa/pure.ts"
import { webCrypto } from "../../../verifier/attestation/ecdsa/web-crypto.ts"
import { validatePath } from "../../../verifier/attestation/path.ts"
import { expectCode } from "../../support/rejects.ts"
import {
  AT,
  anchorOfChain,
  CERT_SIGN,
  type Chain,
  certificate,
  chainWith,
  constraints,
  ecdsaSignature,
  extension,
  keyOf,
  LEAF,
  LEVELS,
  list,
  NONE,
  name,
  type Parts,
  small,
  TRUE,
  usage,
} from "./chain-builder.ts"

const BACK_ENDS = [webCrypto, pureCrypto]
const hours = (count: number) => new Date(AT.getTime() + count * 3_600_000)
const seconds = (count: number) => new Date(AT.getTime() + count * 1000)
const usual = chainWith(0)
const validate = (chain: Chain, at = AT, backEnd = webCrypto) =>
  validatePath(chain.cabundle, chain.leaf, [anchorOfChain(chain)], at, { backEnd })

const authority = (...extensions: readonly Bytes[]): Partial<Parts> => ({ extensions: list(...extensions) })
const digitalSignature = usage(der.bitString(Uint8Array.of(0x80), 7))
const n = fromHex(p384.Point.Fn.ORDER.toString(16))
const zero = der.unsigned(NONE)

/** What is wrong, in which certificate, with which code; everything else about the path is right and signed. */
const HOSTILE: readonly (readonly [string, number, Partial<Parts>, AttestationCode])[] = [
  ["an intermediate without basicConstraints", 2, authority(CERT_SIGN), "path-not-a-ca"],
  ["an intermediate that is no authority", 2, authority(constraints(), CERT_SIGN), "path-not-a-ca"],
  ["a root that is no authority", 0, authority(constraints(), CERT_SIGN), "path-not-a-ca"],
  ["a leaf that is an authority", LEAF, authority(constraints(TRUE), digitalSignature), "path-leaf-is-a-ca"],
  ["a root that allows two authorities below it", 0, authority(constraints(TRUE, small(2)), CERT_SIGN), "path-length"],
  ["a zonal that allows none", 2, authority(constraints(TRUE, small(0)), CERT_SIGN), "path-length"],
  ["an authority without keyUsage", 2, authority(constraints(TRUE, small(1))), "path-key-usage"],
  ["an authority that may only sign", 3, authority(constraints(TRUE, small(0)), digitalSignature), "path-key-usage"],
  ["a leaf that may only sign certificates", LEAF, authority(constraints(), CERT_SIGN), "path-key-usage"],
  [
    "a leaf with an unknown critical extension",
    LEAF,
    authority(constraints(), extension("2.5.29.37", TRUE, der.sequence())),
    "path-critical-extension",
  ],
  ["another issuer in an intermediate", 2, { issuer: name("other") }, "path-name-mismatch"],
  ["another issuer in the leaf", LEAF, { issuer: name("zonal") }, "path-name-mismatch"],
  ["another subject in an intermediate", 1, { subject: name("other") }, "path-name-mismatch"],
  [
    "the same name in another string type",
    1,
    {
      subject: der.sequence(
        der.set(der.sequence(der.oid("2.5.4.3"), der.tlv(0x13, new TextEncoder().encode("regional")))),
      ),
    },
    "path-name-mismatch",
  ],
  ["r of zero", 2, { signature: () => ecdsaSignature(zero, small(1)) }, "path-signature-invalid"],
  ["s of zero", 2, { signature: () => ecdsaSignature(small(1), zero) }, "path-signature-invalid"],
  ["r that is the order", 2, { signature: () => ecdsaSignature(der.unsigned(n), small(1)) }, "path-signature-invalid"],
  [
    "s that is the order",
    LEAF,
    { signature: () => ecdsaSignature(small(1), der.unsigned(n)) },
    "path-signature-invalid",
  ],
  [
    "r and s exchanged",
    1,
    { signature: (raw) => ecdsaSignature(der.unsigned(raw.subarray(48)), der.unsigned(raw.subarray(0, 48))) },
    "path-signature-invalid",
  ],
  [
    "an expired zonal",
    2,
    { validity: der.sequence(der.time(hours(-2)), der.time(seconds(-1))) },
    "certificate-expired",
  ],
  ["an expired root", 0, { validity: der.sequence(der.time(hours(-2)), der.time(seconds(-1))) }, "certificate-expired"],
  [
    "a leaf of tomorrow",
    LEAF,
    { validity: der.sequence(der.time(seconds(1)), der.time(hours(3))) },
    "certificate-not-yet-valid",
  ],
  [
    "a root of tomorrow",
    0,
    { validity: der.sequence(der.time(seconds(1)), der.time(hours(3))) },
    "certificate-not-yet-valid",
  ],
  [
    "an instance certificate that is not DER",
    3,
    { wrap: (made) => concat(made, NONE, fromHex("00")) },
    "certificate-malformed",
  ],
]

describe("validatePath", () => {
  for (const [title, index, over, code] of HOSTILE) {
    it(`refuses ${title}, with both back ends: ${code}`, async () => {
      for (const backEnd of BACK_ENDS) await expectCode(code, () => validate(chainWith(index, over), AT, backEnd))
    })
  }

  it("accepts the usual path with both back ends, and tells who is in it", async () => {
    for (const backEnd of BACK_ENDS) {
      const { certificates, leaf } = await validate(usual, AT, backEnd)
      expect(certificates.map(({ subject }) => subject.text)).toEqual(LEVELS.map((level) => `CN=${level}`))
      expect(leaf).toBe(certificates[LEAF])
    }
  })

  it("judges every certificate's own time, both ends included", async () => {
    await validate(usual, AT)
    await validate(usual, hours(3))
    await expectCode("certificate-not-yet-valid", () => validate(usual, new Date(AT.getTime() - 1)))
    await expectCode("certificate-expired", () => validate(usual, new Date(hours(3).getTime() + 1)))
    await expectCode("policy-invalid", () => validate(usual, new Date(Number.NaN)))
  })

  it("trusts the pinned root and nothing that is carried", async () => {
    const { cabundle, leaf } = usual
    const anchor = anchorOfChain(usual)
    await expectCode("path-anchor-mismatch", () => validatePath(cabundle, leaf, [], AT))
    await expectCode("path-anchor-mismatch", () => validatePath([], leaf, [anchor], AT))
    await expectCode("path-anchor-mismatch", () => validatePath(cabundle.slice(1), leaf, [anchor], AT))
    await expectCode("path-anchor-mismatch", () => validatePath([...cabundle].reverse(), leaf, [anchor], AT))
    const longer = cabundle.map((bytes, i) => (i === 0 ? concat(bytes, fromHex("00")) : bytes))
    await expectCode("path-anchor-mismatch", () => validatePath(longer, leaf, [anchor], AT))
    const twin = chainWith(0, { serial: small(77) })
    await expectCode("path-anchor-mismatch", () => validatePath(twin.cabundle, twin.leaf, [anchor], AT))
    const other = anchorOfChain(twin)
    expect((await validatePath(cabundle, leaf, [other, anchor], AT)).anchor).toBe(anchor)
  })

  it("does not look into a root that is not pinned", () =>
    expectCode("path-anchor-mismatch", () => validatePath([fromHex("00")], NONE, [anchorOfChain(usual)], AT)))

  it("does not look at the pinned root's own signature", async () => {
    const { certificates } = await validate(chainWith(0, { signature: () => ecdsaSignature(small(1), small(1)) }))
    expect(certificates.length).toBe(5)
  })

  it("refuses every order but the right one, and every gap", async () => {
    const [root = NONE, regional = NONE, zonal = NONE, instance = NONE] = usual.cabundle
    const orders = [
      [root, zonal, regional, instance],
      [root, regional, instance, zonal],
      [root, instance, zonal, regional],
      [root, zonal, instance],
      [root, regional, instance],
      [root, regional, zonal],
      [root],
      [root, regional, regional, zonal, instance],
    ]
    for (const cabundle of orders) {
      await expectCode("path-name-mismatch", () => validate({ cabundle, leaf: usual.leaf }))
    }
    const twice = [root, root, regional, zonal, instance]
    await expectCode("path-too-long", () => validate({ cabundle: twice, leaf: usual.leaf }))
    await expectCode("path-leaf-is-a-ca", () => validate({ cabundle: [root], leaf: root }))
  })

  it("refuses a certificate that another key of the same name signed", async () => {
    const impostor = keyPairFrom(new Uint8Array(48).fill(8), "impostor")
    for (const index of [1, 2, 3, LEAF]) {
      const forged = certificate(index, {}, impostor)
      const cabundle = usual.cabundle.map((bytes, i) => (i === index ? forged : bytes))
      const chain = { cabundle, leaf: index === LEAF ? forged : usual.leaf }
      const error = await expectCode("path-signature-invalid", () => validate(chain))
      expect(error.message).toContain(`certificate ${index} `)
    }
  })

  it("refuses more certificates than the profile has before it reads them", async () => {
    const cabundle = [...usual.cabundle, ...Array.from({ length: 4 }, () => fromHex("00"))]
    await expectCode("path-too-long", () => validate({ cabundle, leaf: usual.leaf }))
  })

  it("accepts a leaf that an authority below the root issued directly, and a leaf that says nothing of its use", async () => {
    const root = certificate(0)
    const leaf = certificate(LEAF, { extensions: NONE, issuer: name("root") }, keyOf(0))
    const { certificates } = await validate({ cabundle: [root], leaf })
    expect(certificates.length).toBe(2)
  })
})
