import { describe, expect, it } from "vitest"
import { makeChain, makeRoot } from "../../../attestation-fixtures/software-nsm/chain.ts"
import { type DocumentFields, signDocument } from "../../../attestation-fixtures/software-nsm/document.ts"
import { extendedOnce, sessionDigest } from "../../../shared/attestation/binding.ts"
import { decodeUnverified } from "../../../shared/attestation/document.ts"
import { encodeUserData } from "../../../shared/attestation/user-data.ts"
import { type Bytes, concat, fromBase64url, toHex } from "../../../shared/bytes.ts"
import type { ErrorCode } from "../../../shared/errors/index.ts"
import { publicPart, thumbprint } from "../../../shared/signed/keys.ts"
import { awsAnchor, trustAnchor } from "../../../verifier/attestation/anchor.ts"
import { imagePolicy, listPolicy } from "../../../verifier/attestation/policy.ts"
import { verifyArchived, verifyLive } from "../../../verifier/attestation/verify.ts"
import { testKey } from "../../support/keys.ts"
import { expectCode } from "../../support/rejects.ts"

const at = new Date("2026-11-24T12:00:00Z")
const seed = new Uint8Array(48).fill(7)
const root = makeRoot(seed, new Date("2026-01-01T00:00:00Z"))
const moduleId = "i-0123456789abcdef0-enc0123456789abcdef"
const chain = makeChain(root, seed, moduleId, at)
const [encryptionKey, signingKey, other] = await Promise.all([testKey(), testKey(), testKey()]).then((keys) =>
  keys.map(publicPart),
)
if (encryptionKey === undefined || signingKey === undefined || other === undefined) throw new Error("no keys")
const contract = new Uint8Array(32).fill(1)
const nonce = new Uint8Array(32).fill(2)
const register = (byte: number) => new Uint8Array(48).fill(byte)
const image = { pcr0: toHex(register(10)), pcr1: toHex(register(11)), pcr2: toHex(register(12)) }
const keys = sessionDigest({ contract, encryptionKey: thumbprint(encryptionKey), signingKey: thumbprint(signingKey) })

const good: DocumentFields = {
  moduleId,
  nonce,
  pcrs: new Map([
    [0, register(10)],
    [1, register(11)],
    [2, register(12)],
    [16, extendedOnce(contract)],
    [17, extendedOnce(keys)],
  ]),
  publicKey: spki(encryptionKey),
  timestamp: at.getTime(),
  userData: encodeUserData({ contract, keys, subject: null, type: "parley/session/v1" }),
}

function spki({ x, y }: { x: string; y: string }): Bytes {
  const prefix = Buffer.from("3076301006072a8648ce3d020106052b8104002203620004", "hex")
  return concat(prefix, fromBase64url(x), fromBase64url(y))
}

function live(document: Uint8Array, over: Partial<Parameters<typeof verifyLive>[0]> = {}) {
  const session = {
    contract,
    encryptionKey: encryptionKey ?? other,
    signingKey: signingKey ?? other,
    subject: null,
    type: "parley/session/v1",
  } as Parameters<typeof verifyLive>[0]["session"]
  const anchors = [trustAnchor("test", root.certificate)]
  return verifyLive({
    anchors,
    at,
    document,
    maxAgeSeconds: 300,
    measurements: imagePolicy([image]),
    nonce,
    session,
    ...over,
  })
}

const withPcr = (index: number, value: Bytes | null): DocumentFields => {
  const pcrs = new Map(good.pcrs)
  if (value === null) pcrs.delete(index)
  else pcrs.set(index, value)
  return { ...good, pcrs }
}

const userData = (over: object) => encodeUserData({ contract, keys, subject: null, type: "parley/session/v1", ...over })

describe("verifyLive", () => {
  it("accepts a document of the expected session, and says that it is simulated", async () => {
    const evidence = await live(signDocument(good, chain))
    expect(evidence.simulated).toBe(true)
    expect(evidence.checked.length).toBe(14)
    expect(evidence.unchecked.map(({ what }) => what)).toEqual(["certificate revocation"])
  })

  it("says which registers are not of an allowed image", async () => {
    const one = await expectCode("measurement-mismatch", () => live(signDocument(withPcr(1, register(99)), chain)))
    expect(one.message).toBe("PCR1 not of an allowed image")
    const pcrs = new Map([...good.pcrs, [0, register(98)], [2, register(99)]] as const)
    const two = await expectCode("measurement-mismatch", () => live(signDocument({ ...good, pcrs }, chain)))
    expect(two.message).toBe("PCR0, PCR2 not of an allowed image")
  })

  const hostile: Readonly<Record<string, readonly [DocumentFields, ErrorCode]>> = {
    "another image": [withPcr(0, register(99)), "measurement-mismatch"],
    "the kernel of another image": [withPcr(1, register(99)), "measurement-mismatch"],
    "debug mode": [
      { ...good, pcrs: new Map([...good.pcrs, [0, register(0)], [1, register(0)], [2, register(0)]]) },
      "debug-mode",
    ],
    "one zero register": [withPcr(2, register(0)), "debug-mode"],
    "PCR0 absent": [withPcr(0, null), "measurement-mismatch"],
    "another nonce": [{ ...good, nonce: new Uint8Array(32).fill(3) }, "nonce-mismatch"],
    "no nonce": [{ ...good, nonce: null }, "nonce-mismatch"],
    "PCR16 absent": [withPcr(16, null), "binding-contract"],
    "PCR16 of another contract": [withPcr(16, extendedOnce(new Uint8Array(32))), "binding-contract"],
    "PCR16 extended twice": [withPcr(16, extendedOnce(concat(contract, contract))), "binding-contract"],
    "PCR17 absent": [withPcr(17, null), "binding-session"],
    "PCR17 of other keys": [withPcr(17, extendedOnce(register(1))), "binding-session"],
    "a receipt's document": [{ ...good, userData: userData({ type: "parley/receipt/v1" }) }, "user-data-type"],
    "user_data of another contract": [
      { ...good, userData: userData({ contract: register(5).slice(0, 32) }) },
      "user-data-mismatch",
    ],
    "user_data with a subject": [{ ...good, userData: userData({ subject: contract }) }, "user-data-mismatch"],
    "no user_data": [{ ...good, userData: null }, "user-data-malformed"],
    "user_data with a byte after it": [
      { ...good, userData: concat(userData({}), register(0).slice(0, 1)) },
      "user-data-malformed",
    ],
    "another public_key": [{ ...good, publicKey: spki(other) }, "key-mismatch"],
    "no public_key": [{ ...good, publicKey: null }, "key-mismatch"],
    "an old document": [{ ...good, timestamp: at.getTime() - 301_000 }, "document-stale"],
    "a document from the future": [{ ...good, timestamp: at.getTime() + 600_000 }, "document-from-future"],
  }
  for (const [name, [fields, code]] of Object.entries(hostile)) {
    it(`refuses ${name}: ${code}`, () => expectCode(code, () => live(signDocument(fields, chain))))
  }

  it("refuses another root, also one whose every signature verifies", async () => {
    const foreign = makeRoot(new Uint8Array(48).fill(9), new Date("2026-01-01T00:00:00Z"))
    const document = signDocument(good, makeChain(foreign, seed, moduleId, at))
    await expectCode("path-anchor-mismatch", () => live(document))
    await expectCode("path-anchor-mismatch", () => live(signDocument(good, chain), { anchors: [awsAnchor()] }))
    const grafted = {
      ...chain,
      cabundle: [root.certificate, ...makeChain(foreign, seed, moduleId, at).cabundle.slice(1)],
    }
    await expectCode("path-signature-invalid", () => live(signDocument(good, grafted)))
  })

  it("refuses a chain in another order, a shortened one, and an expired leaf", async () => {
    const [first, second, third, fourth] = chain.cabundle
    if (first === undefined || second === undefined || third === undefined || fourth === undefined)
      throw new Error("chain")
    await expectCode("path-name-mismatch", () =>
      live(signDocument(good, { ...chain, cabundle: [first, third, second, fourth] })),
    )
    await expectCode("path-name-mismatch", () =>
      live(signDocument(good, { ...chain, cabundle: [first, second, third] })),
    )
    const late = new Date(at.getTime() + 4 * 3_600_000)
    await expectCode("certificate-expired", () =>
      live(signDocument({ ...good, timestamp: late.getTime() }, chain), { at: late }),
    )
    const early = new Date(at.getTime() - 1000)
    await expectCode("certificate-not-yet-valid", () => live(signDocument(good, chain), { at: early }))
  })

  it("refuses every flipped bit, one in each of 64 places", async () => {
    const document = signDocument(good, chain)
    for (let i = 0; i < 64; i++) {
      const flipped = document.slice()
      const place = Math.floor((i * document.length) / 64)
      flipped[place] = (flipped[place] ?? 0) ^ 1
      await expect(live(flipped)).rejects.toMatchObject({ name: "ParleyError" })
    }
  })

  it("never throws anything but its own errors on truncated documents", async () => {
    const document = signDocument(good, chain)
    for (let length = 0; length < document.length; length += 97) {
      await expect(live(document.slice(0, length))).rejects.toMatchObject({ name: "ParleyError" })
    }
    await expectCode("document-too-large", () => live(new Uint8Array(64 * 1024 + 1)))
  })
})

describe("verifyArchived", () => {
  const session = { contract, encryptionKey, signingKey, subject: contract, type: "parley/receipt/v1" } as const
  const receipt = { ...good, nonce: null, userData: userData({ subject: contract, type: "parley/receipt/v1" }) }
  const archived = (document: Uint8Array) =>
    verifyArchived({
      anchors: [trustAnchor("test", root.certificate)],
      document,
      measurements: imagePolicy([image]),
      session,
    })

  it("judges at the document's own time, and says that no other time vouches for it", async () => {
    const evidence = await archived(signDocument(receipt, chain))
    expect(evidence.unchecked.map(({ what }) => what)).toEqual(["certificate revocation", "no independent time"])
    expect(evidence.checked).toEqual(expect.arrayContaining(["PCR16 is the contract", "user_data", "attested key"]))
    // What a live document shows, but for nonce and age.
    expect(evidence.checked.length).toBe(12)
  })

  it("refuses a live session's document, a nonce, and another receipt", async () => {
    await expectCode("nonce-mismatch", () => archived(signDocument(good, chain)))
    await expectCode("user-data-type", () => archived(signDocument({ ...good, nonce: null }, chain)))
    const another = userData({ subject: new Uint8Array(32).fill(8), type: "parley/receipt/v1" })
    await expectCode("user-data-mismatch", () => archived(signDocument({ ...receipt, userData: another }, chain)))
  })
})

describe("policies", () => {
  it("refuses what would accept anything", async () => {
    const zeros = "0".repeat(96)
    await expectCode("policy-invalid", () => imagePolicy([]))
    await expectCode("policy-invalid", () => imagePolicy([{ ...image, pcr1: zeros }]))
    await expectCode("policy-invalid", () => listPolicy(new Map([[8, [image.pcr0]]])))
    await expectCode("policy-invalid", () =>
      listPolicy(
        new Map([
          [0, [image.pcr0]],
          [1, []],
          [2, [image.pcr2]],
        ]),
      ),
    )
    await expectCode("policy-invalid", () =>
      listPolicy(
        new Map([
          [0, ["ABC"]],
          [1, [image.pcr1]],
          [2, [image.pcr2]],
        ]),
      ),
    )
  })

  it("does not mix the kernel of one image with the application of another", async () => {
    const second = { pcr0: toHex(register(20)), pcr1: toHex(register(21)), pcr2: toHex(register(22)) }
    const mixed = signDocument({ ...good, pcrs: new Map([...good.pcrs, [2, register(22)]]) }, chain)
    const error = await expectCode("measurement-mismatch", () =>
      live(mixed, { measurements: imagePolicy([image, second]) }),
    )
    expect(error.message).toBe("PCR0, PCR1 and PCR2 together not of an allowed image")
  })

  it("makes the same bytes again", () => {
    expect(toHex(signDocument(good, chain))).toBe(toHex(signDocument(good, makeChain(root, seed, moduleId, at))))
    expect(decodeUnverified(signDocument(good, chain)).moduleId).toBe(moduleId)
  })
})
