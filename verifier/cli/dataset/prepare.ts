import { availableParallelism } from "node:os"
import { join } from "node:path"
import type { DuckDBConnection } from "@duckdb/node-api"
import { equalBytes, fromHex } from "../../../shared/bytes.ts"
import type { Contract } from "../../../shared/contract/contract.ts"
import type { Dataset } from "../../../shared/contract/dataset.ts"
import type { TokenSpec } from "../../../shared/contract/tokens.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { secretCommitment } from "../../../shared/tokens/token.ts"
import { checkVectors, publicTestSecret } from "../../../shared/tokens/vectors.ts"
import { openLocalEngine } from "../engine/duckdb.ts"
import { readCapped } from "../files.ts"
import { type Home, inHome, localParty } from "../home.ts"
import { type Conversion, conversionsOf } from "./conversion.ts"
import { type Input, type InputOptions, openInput } from "./input.ts"
import { checkEngineVectors, defineTokenFunctions, type TokenFunctions } from "./token-functions.ts"

/** Memory that sealing's engine may take before it spills, in bytes. */
const MEMORY_BYTES = 384 * 1024 * 1024
/** Each thread needs its share of that memory, and one thread alone makes the tokens of about so many. */
const MOST_THREADS = 4

/** An owner's input whose header fits the contract, and the functions that will make its tokens. */
export interface Prepared {
  readonly engine: DuckDBConnection
  readonly dataset: Dataset
  readonly conversions: readonly Conversion[]
  readonly input: Input
  readonly tokens: TokenFunctions
}

/** The dataset that this home's party owns under that name. */
export async function ownDataset(home: Home, contract: Contract, name: string): Promise<Dataset> {
  const { name: party } = await localParty(home)
  const own = contract.datasets.filter(({ owner }) => owner === party)
  const dataset = own.find((candidate) => candidate.name === name)
  if (dataset !== undefined) return dataset
  const names = own.map((candidate) => candidate.name).join(", ") || "none"
  throw new ParleyError("dataset-unknown", `${party} owns no dataset ${name} in this contract (it owns: ${names})`)
}

/** The engine that checks, tokenises and sorts; it keeps count of how far it is, without printing. */
export async function openSealingEngine(privateFolder: string): Promise<DuckDBConnection> {
  const engine = await openLocalEngine({ memoryBytes: MEMORY_BYTES, spillFolder: join(privateFolder, "spill") })
  await engine.run(`SET threads = ${Math.min(availableParallelism(), MOST_THREADS)}`)
  await engine.run("SET enable_progress_bar_print = false")
  await engine.run("SET enable_progress_bar = true")
  await engine.run("SET progress_bar_time = 0")
  return engine
}

/** The token spec's vectors first, then its secret, then the header. */
export async function prepare(
  engine: DuckDBConnection,
  home: Home,
  contract: Contract,
  dataset: Dataset,
  options: InputOptions,
  privateFolder: string,
): Promise<Prepared> {
  const tokens = await readyTokens(home, tokenSpecOf(contract, dataset), engine)
  try {
    const input = await openInput(engine, options, privateFolder)
    return { conversions: conversionsOf(dataset, input, options.map), dataset, engine, input, tokens }
  } catch (cause) {
    tokens.wipe()
    throw cause
  }
}

/** The engine's functions must make the contract's vectors under the public secret before they see the real one. */
async function readyTokens(home: Home, spec: TokenSpec, engine: DuckDBConnection): Promise<TokenFunctions> {
  checkVectors(spec)
  const tokens = await defineTokenFunctions(engine, spec, publicTestSecret())
  await checkEngineVectors(engine, spec)
  const secret = await tokenSecret(home, spec)
  try {
    tokens.bind(secret)
  } finally {
    secret.fill(0)
  }
  return tokens
}

export function tokenSpecOf(contract: Contract, dataset: Dataset): TokenSpec {
  const spec = contract.tokenSpecs.find(({ name }) => name === dataset.tokenSpec)
  if (spec === undefined) throw new ParleyError("contract-invalid", `no token spec ${dataset.tokenSpec}`)
  return spec
}

export async function tokenSecret(home: Home, spec: TokenSpec): Promise<Uint8Array> {
  const secret = await readCapped(inHome(home, "token-secrets", spec.secretCommitment), 64)
  if (secret === null) throw new ParleyError("token-secret-missing", `no secret for token spec ${spec.name}`)
  if (secret.length === 32 && equalBytes(fromHex(secretCommitment(secret)), fromHex(spec.secretCommitment)))
    return secret
  throw new ParleyError("token-secret-wrong", `the secret of token spec ${spec.name} is not the contract's`)
}
