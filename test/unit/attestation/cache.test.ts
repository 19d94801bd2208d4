import { describe, expect, it } from "vitest"
import * as der from "../../../attestation-fixtures/software-nsm/der.ts"
import { keyPairFrom } from "../../../attestation-fixtures/software-nsm/key-pair.ts"
import { type Bytes, concat, fromHex } from "../../../shared/bytes.ts"
import { AuthorityCache } from "../../../verifier/attestation/cache.ts"
import type { EcdsaBackEnd } from "../../../verifier/attestation/ecdsa/back-end.ts"
import { webCrypto } from "../../../verifier/attestation/ecdsa/web-crypto.ts"
import { listPolicy } from "../../../verifier/attestation/policy.ts"
import { verifyDocument } from "../../../verifier/attestation/verify.ts"
import { expectCode } from "../../support/rejects.ts"
import {
  AT,
  anchorOfChain,
  CERT_SIGN,
  type Chain,
  certificate,
  chainWith,
  constraints,
  documentOf,
  ecdsaSignature,
  keyOf,
  LEAF,
  list,
  NONE,
  name,
  PCR_HEX,
  small,
  spki,
  TRUE,
} from "./chain-builder.ts"

const usual = chainWith(0)
const unchecked = { unchecked: "not part of this test" }
const judge = (chain: Chain, cache: AuthorityCache, at = AT, backEnd: EcdsaBackEnd = webCrypto, key = keyOf(LEAF)) =>
  verifyDocument({
    anchors: [anchorOfChain(usual)],
    at,
    backEnd,
    cache,
    contract: unchecked,
    document: documentOf(chain, {}, key),
    maxAgeSeconds: unchecked,
    measurements: listPolicy(PCR_HEX),
    nonce: unchecked,
  })

/** WebCrypto, counting: a cache that saved nothing would pass every other test. */
function counting(name = "counting") {
  const count = { verified: 0 }
  const backEnd: EcdsaBackEnd = {
    async importKey(point) {
      const key = await webCrypto.importKey(point)
      return {
        verify: (signature, signed) => {
          count.verified++
          return key.verify(signature, signed)
        },
      }
    },
    name,
  }
  return { backEnd, count }
}

/** WebCrypto, whose answers another type than boolean passes on. */
function answering(as: (verified: boolean) => unknown): EcdsaBackEnd {
  return {
    async importKey(point) {
      const key = await webCrypto.importKey(point)
      return { verify: async (signature, signed) => as(await key.verify(signature, signed)) as boolean }
    },
    name: "answering",
  }
}

async function warm(): Promise<AuthorityCache> {
  const cache = new AuthorityCache(16)
  await judge(usual, cache)
  expect(cache.size).toBe(LEAF)
  return cache
}

const exchanged = (index: number, made: Bytes): Chain => ({
  cabundle: usual.cabundle.map((bytes, i) => (i === index ? made : bytes)),
  leaf: index === LEAF ? made : usual.leaf,
})

describe("a cache of authorities", () => {
  it("saves their signatures and no others", async () => {
    const { backEnd, count } = counting()
    const cache = new AuthorityCache(16)
    await judge(usual, cache, AT, backEnd)
    expect(count.verified).toBe(5)
    await judge(usual, cache, AT, backEnd)
    expect(count.verified).toBe(7)
    const leafKey = keyPairFrom(new Uint8Array(48).fill(6), "another leaf")
    await judge(exchanged(LEAF, certificate(LEAF, { key: spki(leafKey.point) })), cache, AT, backEnd, leafKey)
    expect(count.verified).toBe(9)
  })

  it("does not take a certificate that differs only in trailing bytes", async () => {
    const cache = await warm()
    for (const index of [1, 2, 3]) {
      const longer = concat(usual.cabundle[index] ?? NONE, fromHex("00"))
      await expectCode("certificate-malformed", () => judge(exchanged(index, longer), cache))
    }
    await expectCode("certificate-malformed", () => judge(exchanged(LEAF, concat(usual.leaf, fromHex("00"))), cache))
  })

  it("does not take one with the same content under another signature", async () => {
    const cache = await warm()
    const unsigned = certificate(2, { signature: () => ecdsaSignature(small(1), small(1)) })
    await expectCode("path-signature-invalid", () => judge(exchanged(2, unsigned), cache))
  })

  it("remembers nothing of a path that failed", async () => {
    const cache = new AuthorityCache(16)
    const impostor = keyPairFrom(new Uint8Array(48).fill(8), "impostor")
    const forged = exchanged(2, certificate(2, {}, impostor))
    for (let i = 0; i < 2; i++) {
      await expectCode("path-signature-invalid", () => judge(forged, cache))
      expect(cache.size).toBe(0)
    }
    await judge(usual, cache)
    await expectCode("path-signature-invalid", () => judge(forged, cache))
  })

  it("does not take the same certificate under another issuer", async () => {
    const cache = await warm()
    const own = keyPairFrom(new Uint8Array(48).fill(9), "own regional")
    const regional = certificate(1, { key: spki(own.point) }, keyOf(0))
    await expectCode("path-signature-invalid", () => judge(exchanged(1, regional), cache))
  })

  it("judges validity each time", async () => {
    const cache = await warm()
    const later = (hours: number) => new Date(AT.getTime() + hours * 3_600_000)
    await expectCode("certificate-expired", () => judge(usual, cache, later(4)))
    await expectCode("certificate-not-yet-valid", () => judge(usual, cache, later(-1)))
    const short = certificate(3, { validity: der.sequence(der.time(AT), der.time(later(1))) })
    await judge(exchanged(3, short), cache)
    await expectCode("certificate-expired", () => judge(exchanged(3, short), cache, later(2)))
  })

  it("judges position, names and path length each time", async () => {
    const cache = await warm()
    const [root = NONE, regional = NONE, zonal = NONE, instance = NONE] = usual.cabundle
    const of = (...cabundle: readonly Bytes[]) => ({ cabundle, leaf: usual.leaf })
    await expectCode("path-name-mismatch", () => judge(of(root, zonal, regional, instance), cache))
    await expectCode("path-name-mismatch", () => judge(of(root, regional, instance), cache))
    await expectCode("path-anchor-mismatch", () => judge(of(regional, zonal, instance), cache))
    await expectCode("path-leaf-is-a-ca", () => judge({ cabundle: [root, regional, zonal], leaf: instance }, cache))
    const below = certificate(LEAF, { extensions: list(constraints(TRUE), CERT_SIGN), subject: name("below") })
    const leaf = certificate(LEAF, { issuer: name("below") }, keyOf(LEAF))
    await expectCode("path-length", () => judge({ cabundle: [root, regional, zonal, instance, below], leaf }, cache))
  })

  it("never lets one back end's word count as another's", async () => {
    const cache = await warm()
    const { backEnd, count } = counting()
    await judge(usual, cache, AT, backEnd)
    expect(count.verified).toBe(5)
  })

  it("nor where both have one name", async () => {
    const [first, second] = [counting(webCrypto.name), counting(webCrypto.name)]
    const cache = await warm()
    for (const { backEnd, count } of [first, second]) {
      await judge(usual, cache, AT, backEnd)
      expect(count.verified).toBe(5)
    }
  })

  it("remembers nothing that a back end did not answer with true", async () => {
    const impostor = keyPairFrom(new Uint8Array(48).fill(8), "impostor")
    const forged = exchanged(2, certificate(2, {}, impostor))
    const numbers = answering((verified) => Number(verified))
    const cache = new AuthorityCache(16)
    await expectCode("path-signature-invalid", () => judge(forged, cache, AT, numbers))
    expect(cache.size).toBe(0)
    await expectCode("path-signature-invalid", () => judge(forged, cache, AT, numbers))
  })

  it("keeps to its size, and forgets what was not used for longest", async () => {
    const { backEnd, count } = counting()
    const cache = new AuthorityCache(2)
    await judge(usual, cache, AT, backEnd)
    expect(cache.size).toBe(2)
    await judge(usual, cache, AT, backEnd)
    expect(cache.size).toBe(2)
    expect(count.verified).toBeLessThan(10)
    await expectCode("certificate-expired", () => judge(usual, cache, new Date(AT.getTime() + 4 * 3_600_000), backEnd))
    expect(() => new AuthorityCache(0)).toThrow(RangeError)
  })

  it("keeps what was recalled last, down to a single authority", async () => {
    const key = await webCrypto.importKey(keyOf(1).point)
    const cache = new AuthorityCache(2)
    cache.remember("first", key)
    cache.remember("second", key)
    expect(cache.recall("first")).toBe(key)
    cache.remember("third", key)
    expect(["first", "second", "third"].map((id) => cache.recall(id) === key)).toEqual([true, false, true])
    const single = new AuthorityCache(1)
    single.remember("first", key)
    single.remember("second", key)
    expect([single.size, single.recall("second")]).toEqual([1, key])
  })
})
