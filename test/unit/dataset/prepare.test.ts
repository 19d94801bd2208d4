import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { DuckDBConnection } from "@duckdb/node-api"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { openSealingEngine, prepare } from "../../../verifier/cli/dataset/prepare.ts"
import { testContract } from "../../support/contract.ts"

/** An engine whose `lower` is not the contract's, as another version or locale of DuckDB could have it. */
vi.mock("../../../verifier/cli/dataset/token-functions.ts", async (importOriginal) => {
  const original = await importOriginal<typeof import("../../../verifier/cli/dataset/token-functions.ts")>()
  const defineTokenFunctions: typeof original.defineTokenFunctions = async (engine: DuckDBConnection, ...rest) => {
    const functions = await original.defineTokenFunctions(engine, ...rest)
    await engine.run("CREATE OR REPLACE TEMP MACRO parley_token(x) AS parley_hmac(x || '.')")
    return functions
  }
  return { ...original, defineTokenFunctions }
})

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-prepare-"))
})
afterAll(() => rm(folder, { force: true, recursive: true }))

describe("an engine that normalises otherwise", () => {
  it("is refused before the token secret is even looked for", async () => {
    const contract = await testContract()
    const [dataset] = contract.datasets
    if (dataset === undefined) throw new Error("no dataset")
    const options = { input: ["nowhere.csv"], map: new Map<string, string>() }
    // The home holds no secret: that would be `token-secret-missing`.
    const engine = await openSealingEngine(folder)
    await expect(prepare(engine, { folder }, contract, dataset, options, folder)).rejects.toMatchObject({
      code: "token-vector-mismatch",
    })
    engine.closeSync()
  })
})
