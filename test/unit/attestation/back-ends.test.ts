import { readdirSync, readFileSync } from "node:fs"
import { p384 } from "@noble/curves/nist.js"
import { describe, expect, it } from "vitest"
import { sign } from "../../../attestation-fixtures/software-nsm/key-pair.ts"
import { decodeUnverified } from "../../../shared/attestation/document.ts"
import { type Bytes, concat, fromHex, toHex, utf8 } from "../../../shared/bytes.ts"
import { decodeSign1, encodeSign1 } from "../../../shared/cose/sign1.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { awsAnchor } from "../../../verifier/attestation/anchor.ts"
import type { EcdsaBackEnd } from "../../../verifier/attestation/ecdsa/back-end.ts"
import { isCurvePoint, isSignatureInRange } from "../../../verifier/attestation/ecdsa/curve.ts"
import { pureCrypto } from "../../../verifier/attestation/ecdsa/pure.ts"
import { webCrypto } from "../../../verifier/attestation/ecdsa/web-crypto.ts"
import { listPolicy } from "../../../verifier/attestation/policy.ts"
import { verifyDocument } from "../../../verifier/attestation/verify.ts"
import { expectCode } from "../../support/rejects.ts"
import { hasShared, sharedPath } from "../../support/shared-folder.ts"
import { AT, anchorOfChain, chainWith, documentOf, keyOf, LEAF, PCR_HEX } from "./chain-builder.ts"

const BACK_ENDS = [webCrypto, pureCrypto]
const unchecked = { unchecked: "not part of this test" }
const chain = chainWith(0)
const order = p384.Point.Fn.ORDER
const scalar = (value: bigint) => fromHex(value.toString(16).padStart(96, "0"))

/** "accepted", or the code with which this back end's verdict is one. */
async function verdict(document: Uint8Array, anchors = [anchorOfChain(chain)], at = AT, backEnd = webCrypto) {
  const request = { anchors, at, backEnd, contract: unchecked, document, maxAgeSeconds: unchecked, nonce: unchecked }
  try {
    await verifyDocument({ ...request, measurements: measurementsOf(document) })
    return "accepted"
  } catch (cause) {
    if (cause instanceof ParleyError) return cause.code
    throw cause
  }
}

function measurementsOf(document: Uint8Array) {
  try {
    const { pcrs } = decodeUnverified(document)
    return listPolicy(new Map([0, 1, 2].map((index) => [index, [toHex(pcrs.get(index) ?? new Uint8Array())]])))
  } catch {
    return listPolicy(PCR_HEX)
  }
}

const both = async (...args: readonly [Uint8Array, Parameters<typeof verdict>[1]?, Date?]) =>
  Promise.all(BACK_ENDS.map((backEnd) => verdict(args[0], args[1], args[2], backEnd)))

const usual = documentOf(chain)
const cose = decodeSign1(usual)
const [r, s] = [cose.signature.slice(0, 48), cose.signature.slice(48)]
const number = (bytes: Uint8Array) => BigInt(`0x${toHex(bytes)}`)
const zero = scalar(0n)

const SIGNATURES: Readonly<Record<string, readonly [Bytes, string]>> = {
  "as it was made": [cose.signature, "accepted"],
  "with n - s for s": [concat(r, scalar(order - number(s))), "accepted"],
  "with r of zero": [concat(zero, s), "cose-signature-invalid"],
  "with s of zero": [concat(r, zero), "cose-signature-invalid"],
  "of zeros": [concat(zero, zero), "cose-signature-invalid"],
  "with r of n": [concat(scalar(order), s), "cose-signature-invalid"],
  "with s of n": [concat(r, scalar(order)), "cose-signature-invalid"],
  "of ones": [new Uint8Array(96).fill(0xff), "cose-signature-invalid"],
  "with r of n - 1": [concat(scalar(order - 1n), s), "cose-signature-invalid"],
  exchanged: [concat(s, r), "cose-signature-invalid"],
  "over something else": [sign(keyOf(LEAF), utf8("something else")), "cose-signature-invalid"],
  "by another key of the path": [sign(keyOf(0), utf8("x")), "cose-signature-invalid"],
}

describe("both back ends agree", () => {
  for (const [title, [signature, expected]] of Object.entries(SIGNATURES)) {
    it(`on a signature ${title}: ${expected}`, async () => {
      expect(await both(encodeSign1({ ...cose, signature }))).toEqual([expected, expected])
    })
  }

  it("on one flipped bit in every 40th byte of a document", async () => {
    const verdicts = new Map<string, number>()
    for (let place = 0; place < usual.length; place += 40) {
      const flipped = usual.map((byte, index) => (index === place ? byte ^ 4 : byte))
      const [web, pure] = await both(flipped)
      expect(pure, `byte ${place}`).toBe(web)
      verdicts.set(web ?? "", (verdicts.get(web ?? "") ?? 0) + 1)
    }
    expect(verdicts.get("accepted")).toBeUndefined()
    expect(verdicts.size).toBeGreaterThan(3)
  })

  it.runIf(hasShared("evidence/nitro"))("on every document of the evidence, at its own time", async () => {
    const verdicts: Record<string, number> = {}
    for (const file of readdirSync(sharedPath("evidence/nitro")).filter((name) => name.endsWith(".bin"))) {
      const document = readFileSync(sharedPath(`evidence/nitro/${file}`))
      const timestamp = file.includes("malformed") ? 0 : decodeUnverified(document).timestamp
      const debug = file.includes("_debug_")
      const verdictOf = (backEnd: EcdsaBackEnd) => judgeGenuine(document, new Date(timestamp), backEnd, debug)
      const [web, pure] = await Promise.all(BACK_ENDS.map(verdictOf))
      expect(pure, file).toBe(web)
      verdicts[web ?? ""] = (verdicts[web ?? ""] ?? 0) + 1
    }
    expect(verdicts).toEqual({
      accepted: 10,
      "cbor-malformed": 1,
      "cose-signature-invalid": 1,
      "debug-mode": 4,
      "nitrotpm-unsupported": 1,
      "path-anchor-mismatch": 1,
    })
  })
})

async function judgeGenuine(document: Uint8Array, at: Date, backEnd: EcdsaBackEnd, debug: boolean) {
  const measurements = debug ? listPolicy(PCR_HEX) : measurementsOf(document)
  try {
    const request = { anchors: [awsAnchor()], at, backEnd, contract: unchecked, document, measurements }
    await verifyDocument({ ...request, maxAgeSeconds: unchecked, nonce: unchecked })
    return "accepted"
  } catch (cause) {
    if (cause instanceof ParleyError) return cause.code
    throw cause
  }
}

describe("what a back end never sees", () => {
  it("points that are not on the curve, judged as @noble/curves judges them", () => {
    const point = keyOf(0).point
    const candidates = [...Array(97).keys()].map((place) => point.map((byte, i) => (i === place ? byte ^ 1 : byte)))
    const small = p384.Point.fromBytes(concat(fromHex("02"), scalar(2n))).toBytes(false)
    for (const bytes of [
      point,
      ...candidates,
      small,
      new Uint8Array(97),
      point.slice(0, 96),
      p384.getPublicKey(scalar(7n), true),
    ]) {
      const theirs = bytes.length === 97 && p384.utils.isValidPublicKey(bytes, false)
      expect(isCurvePoint(bytes)).toBe(theirs)
    }
    expect(candidates.filter(isCurvePoint)).toEqual([])
  })

  it("numbers out of range", () => {
    const one = scalar(1n)
    const last = scalar(order - 1n)
    expect([concat(one, last), concat(last, one)].map(isSignatureInRange)).toEqual([true, true])
    const wrong = [zero, scalar(order), new Uint8Array(48).fill(0xff)].flatMap((x) => [concat(x, one), concat(one, x)])
    expect([...wrong, one, concat(one, one, one)].filter(isSignatureInRange)).toEqual([])
  })
})

describe("a back end that answers something else than booleans", () => {
  const answering = (answer: unknown): EcdsaBackEnd => ({
    importKey: async () => ({ verify: async () => answer as boolean }),
    name: "answering",
  })

  it("proves nothing, neither a certificate nor a document", async () => {
    const forged = encodeSign1({ ...cose, signature: sign(keyOf(LEAF), utf8("something else")) })
    for (const answer of [0, 1, undefined, null, "true", {}]) {
      const verdicts = [usual, forged].map((document) => verdict(document, undefined, AT, answering(answer)))
      expect(await Promise.all(verdicts)).toEqual(["path-signature-invalid", "path-signature-invalid"])
    }
    const certificatesOnly = { ...answering(1), importKey: mixed }
    expect(await verdict(usual, undefined, AT, certificatesOnly)).toBe("cose-signature-invalid")
  })

  /** True for certificates, 1 for the document. */
  const mixed: EcdsaBackEnd["importKey"] = async (point) => {
    const leaf = toHex(point) === toHex(keyOf(LEAF).point)
    return { verify: async () => (leaf ? 1 : true) as boolean }
  }
})

describe("a platform without P-384", () => {
  it("is not taken for a wrong signature", async () => {
    const off = keyOf(0).point.map((byte, index) => (index === 96 ? byte ^ 1 : byte))
    const error = await expectCode("internal", () => webCrypto.importKey(off))
    expect(error.todo).toContain("JavaScript alone")
  })
})
