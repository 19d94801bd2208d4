import { describe, expect, it } from "vitest"
import { ATTESTATION_CODES } from "../../shared/errors/attestation.ts"
import { pureCrypto, webCrypto } from "../../verifier/index.ts"
import { byLibrary } from "./by-library.ts"
import { readVectors } from "./cases.ts"

const vectors = readVectors()
const BACK_ENDS = [webCrypto, pureCrypto]

describe("the published cases, through the library", () => {
  let judged = 0
  for (const vector of vectors) {
    it(`${vector.id}: ${vector.expected.code ?? "accepted"}`, async () => {
      for (const backEnd of BACK_ENDS) {
        expect({ ...(await byLibrary(vector, backEnd)), by: backEnd.name }).toEqual({
          ...vector.expected,
          by: backEnd.name,
        })
        judged++
      }
    })
  }

  it("has judged all of them twice, and every code of the verifier occurs", () => {
    process.stdout.write(`${vectors.length} cases, ${judged / BACK_ENDS.length} through the library with 2 back ends\n`)
    expect(vectors.length).toBe(671)
    expect(judged).toBe(2 * vectors.length)
    expect(new Set(BACK_ENDS.map(({ name }) => name)).size).toBe(2)
    const seen = new Set(vectors.map(({ expected }) => expected.code))
    expect(Object.keys(ATTESTATION_CODES).filter((code) => !seen.has(code))).toEqual([])
    expect(vectors.filter(({ expected }) => expected.code === null).length).toBe(82)
  })
})
