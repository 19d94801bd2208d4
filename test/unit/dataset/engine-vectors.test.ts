import { beforeEach, describe, expect, it } from "vitest"
import { makeVector, publicTestSecret } from "../../../shared/tokens/vectors.ts"
import {
  checkEngineVectors,
  defineTokenFunctions,
  type TokenFunctions,
} from "../../../verifier/cli/dataset/token-functions.ts"
import { openLocalEngine } from "../../../verifier/cli/engine/duckdb.ts"

const shape = { name: "identities", normalization: ["trim" as const, "lowercase" as const] }
const spec = { ...shape, vectors: ["  Ada", "ÉVA ", ""].map((input) => makeVector(shape, input)) }

let engine: Awaited<ReturnType<typeof openLocalEngine>>
let tokens: TokenFunctions

beforeEach(async () => {
  engine = await openLocalEngine({ memoryBytes: 64 * 1024 * 1024, spillFolder: null })
  tokens = await defineTokenFunctions(engine, spec, publicTestSecret())
  return () => engine.closeSync()
})

const mismatch = (text: string) => ({ code: "token-vector-mismatch", message: expect.stringContaining(text) })

describe("the contract's vectors in the engine that seals", () => {
  it("hold for the functions as they are", async () => {
    await checkEngineVectors(engine, spec)
  })

  it("catch a normalisation of its own, with the character", async () => {
    await engine.run("CREATE OR REPLACE TEMP MACRO parley_normalized(x) AS replace(lower(trim(x)), 'd', 'D')")
    await expect(checkEngineVectors(engine, spec)).rejects.toMatchObject(
      mismatch("token spec identities, vector 1: in the engine that seals the normalised text differs at character 2"),
    )
  })

  it("catch what differs beyond ASCII alone", async () => {
    await engine.run("CREATE OR REPLACE TEMP MACRO parley_normalized(x) AS trim(translate(x, 'AV', 'av'))")
    const ada = { ...shape, vectors: ["Ada", "ÉVA"].map((input) => makeVector(shape, input)) }
    await expect(checkEngineVectors(engine, ada)).rejects.toMatchObject(mismatch("vector 2"))
  })

  it("catch tokens under another key, and ones that are computed otherwise", async () => {
    const differs = mismatch("vector 1: in the engine that seals the token differs at character")
    tokens.bind(new Uint8Array(32))
    await expect(checkEngineVectors(engine, spec)).rejects.toMatchObject(differs)
    tokens.bind(publicTestSecret())
    await checkEngineVectors(engine, spec)
    tokens.wipe()
    await expect(checkEngineVectors(engine, spec)).rejects.toMatchObject(differs)
  })

  it("catch tokens of texts that are normalised otherwise", async () => {
    await engine.run("CREATE OR REPLACE TEMP MACRO parley_token(x) AS parley_hmac(upper(x) || '.')")
    await expect(checkEngineVectors(engine, spec)).rejects.toMatchObject(
      mismatch("vector 1: in the engine that seals the token differs at character"),
    )
  })
})
