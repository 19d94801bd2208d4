import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { NormalizationStep } from "../../../shared/contract/tokens.ts"
import { normalize } from "../../../shared/tokens/normalize.ts"
import { tokenKey, tokenOf } from "../../../shared/tokens/token.ts"
import { defineTokenFunctions } from "../../../verifier/cli/dataset/token-functions.ts"
import { openLocalEngine } from "../../../verifier/cli/engine/duckdb.ts"

const STEPS: readonly NormalizationStep[] = [
  "alphanumeric",
  "digits",
  "lowercase",
  "nfkc",
  "no-spaces",
  "trim",
  "uppercase",
]
const secret = new Uint8Array(32).fill(7)

/** Text with what normalisation is about: blanks and controls at both ends, letters, digits, full width, combining. */
const text = fc
  .array(
    fc.constantFrom(
      ..."aZ09 .-_\t\n\v\f\r\u0001\u001f\u007f\u0085\u00a0\u2003ÄßıİＡ７ﬁe\u0301",
      "\u{1d400}",
      "''",
      '"',
    ),
    { maxLength: 12 },
  )
  .map((characters) => characters.join(""))

/** What the engine that seals makes of texts, as it is defined for one list of steps. */
async function computed(steps: readonly NormalizationStep[], texts: readonly string[]) {
  const engine = await openLocalEngine({ memoryBytes: 64 * 1024 * 1024, spillFolder: null })
  await defineTokenFunctions(engine, { name: "identities", normalization: [...steps] }, secret.slice())
  await engine.run("CREATE TABLE input (i INTEGER, x VARCHAR)")
  const insert = await engine.prepare("INSERT INTO input VALUES ($1, $2)")
  for (const [index, value] of texts.entries()) {
    insert.bindInteger(1, index)
    insert.bindVarchar(2, value)
    await insert.run()
  }
  const sql = "SELECT parley_normalized(x), CAST(parley_token(x) AS VARCHAR), parley_empty(x) FROM input ORDER BY i"
  const rows = (await engine.runAndReadAll(sql)).getRows()
  engine.closeSync()
  return rows
}

describe("tokens made by the engine that seals", () => {
  it("are those of the portable implementation, for every list of steps", async () => {
    const run = fc.record({
      steps: fc.uniqueArray(fc.constantFrom(...STEPS), { maxLength: 4 }),
      texts: fc.array(text, { maxLength: 40, minLength: 1 }),
    })
    await fc.assert(
      fc.asyncProperty(run, async ({ steps, texts }) => {
        const expected = texts.map((value) => {
          const normalized = normalize(value, steps)
          return [normalized, tokenOf(tokenKey(secret, "identities"), normalized), normalized === ""]
        })
        expect(await computed(steps, texts)).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })
})
