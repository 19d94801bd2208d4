import { expect, it } from "vitest"
import { webCrypto } from "../../verifier/index.ts"
import { byLibrary } from "../vectors/by-library.ts"
import { readVectors } from "../vectors/cases.ts"

/** The published cases with the faster back end: a mutant that survives is judged by all of them. */
for (const vector of readVectors()) {
  it(vector.id, async () => {
    expect(await byLibrary(vector, webCrypto)).toEqual(vector.expected)
  })
}
