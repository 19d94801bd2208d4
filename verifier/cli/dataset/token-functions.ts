import {
  type DuckDBConnection,
  type DuckDBDataChunk,
  DuckDBScalarFunction,
  type DuckDBVector,
  listValue,
  UUID,
  VARCHAR,
} from "@duckdb/node-api"
import type { NormalizationStep, TokenSpec } from "../../../shared/contract/tokens.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { normalize } from "../../../shared/tokens/normalize.ts"
import { tokenKey } from "../../../shared/tokens/token.ts"
import { BatchHmac } from "./batch-hmac/batch-hmac.ts"
import { nullRows, TextGatherer, vectorBytes } from "./batch-hmac/column.ts"

/** The functions of one engine that make tokens. The secret under them is never in SQL. */
export interface TokenFunctions {
  /** Puts another secret under the functions. */
  bind(secret: Uint8Array): void
  /** Overwrites the key; the functions are of no use afterwards. */
  wipe(): void
}

/**
 * Defines `parley_token(text)`, `parley_normalized(text)` and `parley_empty(text)` (whether nothing is left of a text
 * once it is normalised) in the local engine.
 */
export async function defineTokenFunctions(
  engine: DuckDBConnection,
  spec: Pick<TokenSpec, "name" | "normalization">,
  secret: Uint8Array,
): Promise<TokenFunctions> {
  const { normalization, name } = spec
  const kernel = new BatchHmac(normalization)
  engine.registerScalarFunction(normalizedColumn(normalization))
  engine.registerScalarFunction(tokenColumn(kernel))
  await engine.run("CREATE TEMP MACRO parley_normalized(x) AS parley_portable(x)")
  await engine.run("CREATE TEMP MACRO parley_token(x) AS parley_hmac(x)")
  await engine.run(
    `CREATE TEMP MACRO parley_empty(x) AS CASE WHEN ${survives(normalization)} THEN false ELSE length(parley_normalized(x)) = 0 END`,
  )
  const bind = (bound: Uint8Array): void => {
    const key = tokenKey(bound, name)
    kernel.setKey(key)
    key.fill(0)
  }
  bind(secret)
  return { bind, wipe: () => kernel.wipe() }
}

/** Digits outlive every step, and letters all but one: few texts have to be normalised to know that they are not empty. */
function survives(steps: readonly NormalizationStep[]): string {
  const [range, pattern] = steps.includes("digits")
    ? ["ascii(x) BETWEEN 48 AND 57", "[0-9]"]
    : ["(ascii(x) BETWEEN 48 AND 57 OR ascii(x) BETWEEN 65 AND 90 OR ascii(x) BETWEEN 97 AND 122)", "[0-9A-Za-z]"]
  return `${range} THEN false WHEN regexp_matches(x, '${pattern}')`
}

/**
 * Computes the contract's vectors with the very functions that make the tokens of the dataset, under the public test
 * secret that must be bound: an engine that normalises otherwise would seal people whom nobody can join, or join
 * strangers. Throws `token-vector-mismatch` naming spec, vector and the first differing character.
 */
export async function checkEngineVectors(
  engine: DuckDBConnection,
  spec: Pick<TokenSpec, "name" | "vectors">,
): Promise<void> {
  const result = await engine.runAndReadAll(VECTORS_SQL, [listValue(spec.vectors.map(({ input }) => input))])
  const rows = result.getRows()
  for (const [index, vector] of spec.vectors.entries()) {
    const [normalized, token] = rows[index] ?? []
    const place = `token spec ${spec.name}, vector ${index + 1}: in the engine that seals`
    requireEqual(String(normalized), vector.normalized, `${place} the normalised text`)
    requireEqual(String(token), vector.token, `${place} the token`)
  }
}

const VECTORS_SQL = `SELECT parley_normalized(x), CAST(parley_token(x) AS VARCHAR)
  FROM (SELECT unnest($1::VARCHAR[]) AS x, generate_subscripts($1::VARCHAR[], 1) AS i) ORDER BY i`

/** The character is told by its 1-based position in code points. */
function requireEqual(found: string, expected: string, what: string): void {
  if (found === expected) return
  const [left, right] = [[...found], [...expected]]
  const at = left.findIndex((character, index) => character !== right[index])
  const position = (at === -1 ? left.length : at) + 1
  throw new ParleyError("token-vector-mismatch", `${what} differs at character ${position}`)
}

/** Tokens of a chunk of texts. */
function tokenColumn(kernel: BatchHmac): DuckDBScalarFunction {
  const gatherer = new TextGatherer(kernel.memory)
  const mainFunction = (_info: unknown, input: DuckDBDataChunk, output: DuckDBVector): void => {
    const texts = input.getColumnVector(0)
    const nulls = nullRows(texts)
    gatherer.gather(vectorBytes(texts), nulls)
    kernel.run(input.rowCount, vectorBytes(output), (row) => String(texts.getItem(row)))
    for (const row of nulls) output.setItem(row, null)
    output.flush()
  }
  return DuckDBScalarFunction.create({ mainFunction, name: "parley_hmac", parameterTypes: [VARCHAR], returnType: UUID })
}

function normalizedColumn(steps: readonly NormalizationStep[]): DuckDBScalarFunction {
  return DuckDBScalarFunction.create({
    mainFunction: (_info, input, output) => {
      const texts = input.getColumnVector(0)
      for (let row = 0; row < input.rowCount; row++) {
        const text: unknown = texts.getItem(row)
        output.setItem(row, typeof text === "string" ? normalize(text, steps) : null)
      }
      output.flush()
    },
    name: "parley_portable",
    parameterTypes: [VARCHAR],
    returnType: VARCHAR,
  })
}
