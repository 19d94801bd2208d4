import { createCipheriv, hkdfSync, randomBytes } from "node:crypto"
import { describe, expect, it } from "vitest"
import { segmentDecryption } from "../../../enclave/run/decryption/segment.ts"
import { concat } from "../../../shared/bytes.ts"
import { keyCommitment, partAssociatedData } from "../../../shared/sealed/header.ts"
import { openPart } from "../../../shared/sealed/open-stream.ts"
import { sealPart } from "../../../shared/sealed/seal-stream.ts"
import { ENTROPY_BYTES, SEGMENT_BYTES } from "../../../shared/sealed/segment.ts"
import { expectCode } from "../../support/rejects.ts"

const dataKey = new Uint8Array(randomBytes(32))
const headerDigest = new Uint8Array(randomBytes(32))
const entropy = new Uint8Array(randomBytes(ENTROPY_BYTES))
const part = { dataKey, headerDigest, index: 0, last: false }
const plaintext = new Uint8Array(randomBytes(2_500_000))

async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function all(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const chunk of source) parts.push(chunk.slice())
  return concat(...parts)
}

const seal = (bytes: Uint8Array, over = {}) =>
  all(sealPart({ ...part, entropy, source: chunks(bytes, 300_000), ...over }))
const open = (bytes: Uint8Array, over = {}, size = 70_001) => {
  const source = chunks(bytes, size)
  return all(openPart({ ...part, bytes: bytes.length, decryption: segmentDecryption, source, ...over }))
}
const sealed = await seal(plaintext)

/** Segments of a sealed part; the first one still has the header. */
function segments(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / SEGMENT_BYTES) }, (_, i) =>
    bytes.slice(i * SEGMENT_BYTES, (i + 1) * SEGMENT_BYTES),
  )
}

describe("a sealed part", () => {
  it("is Tink's AES256_GCM_HKDF_1MB, as computed with OpenSSL", () => {
    const associatedData = partAssociatedData(headerDigest, 0, false)
    const key = new Uint8Array(hkdfSync("sha256", dataKey, entropy.subarray(0, 32), associatedData, 32))
    const nonce = (index: number, last: number) =>
      Buffer.concat([entropy.subarray(32), Buffer.from([0, 0, 0, index, last])])
    const out = [Buffer.from([40]), Buffer.from(entropy)]
    const first = SEGMENT_BYTES - 40 - 16
    const cuts = [0, first, first + SEGMENT_BYTES - 16, plaintext.length]
    for (let i = 0; i < 3; i++) {
      const cipher = createCipheriv("aes-256-gcm", key, nonce(i, i === 2 ? 1 : 0))
      out.push(cipher.update(plaintext.subarray(cuts[i], cuts[i + 1])), cipher.final(), cipher.getAuthTag())
    }
    expect(Buffer.concat(out).equals(Buffer.from(sealed))).toBe(true)
  })

  it("opens at every size around a segment's end, and empty", async () => {
    for (const size of [0, 1, SEGMENT_BYTES - 57, SEGMENT_BYTES - 56, SEGMENT_BYTES - 55, 2 * SEGMENT_BYTES - 72]) {
      const bytes = plaintext.slice(0, size)
      expect(Buffer.from(await open(await seal(bytes))).equals(Buffer.from(bytes)), String(size)).toBe(true)
    }
  })

  it("opens however the stream is cut", async () => {
    const short = await seal(plaintext.slice(0, SEGMENT_BYTES + 100))
    for (const size of [1, 15, 16, 17, 40, 41, SEGMENT_BYTES - 16, SEGMENT_BYTES, SEGMENT_BYTES + 1, short.length]) {
      expect(
        Buffer.from(await open(short, {}, size)).equals(Buffer.from(plaintext.slice(0, SEGMENT_BYTES + 100))),
      ).toBe(true)
    }
  })

  it("refuses a stream that is shorter or longer than the manifest says", async () => {
    await expectCode("sealed-truncated", () => open(sealed.slice(0, SEGMENT_BYTES + 5), { bytes: sealed.length }))
    await expectCode("sealed-truncated", () => open(sealed.slice(0, SEGMENT_BYTES), { bytes: sealed.length }))
    await expectCode("sealed-not-authentic", () => open(concat(sealed, Uint8Array.of(0)), { bytes: sealed.length }))
  })

  it("refuses truncation, at a segment's end too", async () => {
    for (const length of [0, 10, 40]) await expectCode("sealed-truncated", () => open(sealed.slice(0, length)))
    for (const length of [1000, SEGMENT_BYTES, 2 * SEGMENT_BYTES, sealed.length - 1]) {
      await expectCode("sealed-not-authentic", () => open(sealed.slice(0, length)))
    }
  })

  it("refuses reordered, doubled and appended segments", async () => {
    const [first, second, third] = segments(sealed)
    if (first === undefined || second === undefined || third === undefined) throw new Error("three segments")
    for (const forged of [
      concat(first, third, second),
      concat(first, second, second, third),
      concat(first, second, third, third),
    ]) {
      await expectCode("sealed-not-authentic", () => open(forged))
    }
  })

  it("refuses flipped bits, another part's place, another dataset and another key", async () => {
    for (const place of [0, 5, 35, 41, SEGMENT_BYTES + 3, sealed.length - 1]) {
      const flipped = sealed.slice()
      flipped[place] = (flipped[place] ?? 0) ^ 1
      await expectCode("sealed-not-authentic", () => open(flipped))
    }
    await expectCode("sealed-not-authentic", () => open(sealed, { index: 1 }))
    await expectCode("sealed-not-authentic", () => open(sealed, { last: true }))
    await expectCode("sealed-not-authentic", () => open(sealed, { headerDigest: randomBytes(32) }))
    await expectCode("sealed-not-authentic", () => open(sealed, { dataKey: randomBytes(32) }))
  })

  it("commits to its key", () => {
    expect(keyCommitment(dataKey, headerDigest)).not.toBe(keyCommitment(randomBytes(32), headerDigest))
    expect(keyCommitment(dataKey, headerDigest)).not.toBe(keyCommitment(dataKey, randomBytes(32)))
  })
})
