import { type DuckDBConnection, DuckDBScalarFunction, listValue, VARCHAR } from "@duckdb/node-api"
import type { NormalizationStep, TokenSpec } from "../../../shared/contract/tokens.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { normalize } from "../../../shared/tokens/normalize.ts"
import { tokenKey } from "../../../shared/tokens/token.ts"

/** What each step does to text that is ASCII alone, in SQL. Other text goes through the portable implementation. */
const ASCII_STEPS: Readonly<Record<NormalizationStep, (text: string) => string>> = {
  alphanumeric: (text) => `regexp_replace(${text}, '[^A-Za-z0-9]', '', 'g')`,
  digits: (text) => `regexp_replace(${text}, '[^0-9]', '', 'g')`,
  lowercase: (text) => `lower(${text})`,
  nfkc: (text) => text,
  "no-spaces": (text) => `regexp_replace(${text}, '[\\x09-\\x0d ]', '', 'g')`,
  // DuckDB's trim with a set of characters is slow, and few identities begin or end with one that is not printable.
  trim: (text) =>
    `CASE WHEN ascii(${text}) <= 32 OR ascii(right(${text}, 1)) <= 32 THEN trim(${text}, E'\\x09\\x0a\\x0b\\x0c\\x0d ') ELSE ${text} END`,
  uppercase: (text) => `upper(${text})`,
}

/**
 * Defines `parley_normalized(text)` and `parley_token(text)` in the local engine, so that a whole column is done by its
 * threads. The key's two HMAC blocks go in as a table of bound values, never into SQL text.
 */
export async function defineTokenFunctions(
  engine: DuckDBConnection,
  spec: Pick<TokenSpec, "name" | "normalization">,
  secret: Uint8Array,
): Promise<void> {
  engine.registerScalarFunction(portableNormalization(spec.normalization))
  const ascii = spec.normalization.reduce((text, step) => ASCII_STEPS[step](text), "x")
  await engine.run(
    `CREATE TEMP MACRO parley_normalized(x) AS CASE WHEN strlen(x) = length(x) THEN ${ascii} ELSE parley_portable(x) END`,
  )
  await bindTokenSecret(engine, spec, secret)
  // RFC 2104: H(K xor opad || H(K xor ipad || text)).
  await engine.run(
    `CREATE TEMP MACRO parley_token(x) AS CAST(substr(sha256(getvariable('parley_outer') ||
       unhex(sha256(getvariable('parley_inner') || encode(x)))), 1, 32) AS UUID)`,
  )
}

/** Puts another secret under the functions that are defined already. */
export async function bindTokenSecret(
  engine: DuckDBConnection,
  spec: Pick<TokenSpec, "name">,
  secret: Uint8Array,
): Promise<void> {
  await bindKeyBlocks(engine, tokenKey(secret, spec.name))
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

const VECTORS_SQL = `SELECT parley_normalized(x), CAST(parley_token(parley_normalized(x)) AS VARCHAR)
  FROM (SELECT unnest($1::VARCHAR[]) AS x, generate_subscripts($1::VARCHAR[], 1) AS i) ORDER BY i`

/** The character is told by its 1-based position in code points. */
function requireEqual(found: string, expected: string, what: string): void {
  if (found === expected) return
  const [left, right] = [[...found], [...expected]]
  const at = left.findIndex((character, index) => character !== right[index])
  const position = (at === -1 ? left.length : at) + 1
  throw new ParleyError("token-vector-mismatch", `${what} differs at character ${position}`)
}

async function bindKeyBlocks(engine: DuckDBConnection, key: Uint8Array): Promise<void> {
  for (const [name, pad] of [
    ["parley_inner", 0x36],
    ["parley_outer", 0x5c],
  ] as const) {
    const block = new Uint8Array(64).map((_, index) => (key[index] ?? 0) ^ pad)
    const prepared = await engine.prepare(`SET VARIABLE ${name} = $1::BLOB`)
    prepared.bindBlob(1, block)
    await prepared.run()
    block.fill(0)
  }
  key.fill(0)
}

function portableNormalization(steps: readonly NormalizationStep[]): DuckDBScalarFunction {
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
