import { stat, statfs } from "node:fs/promises"
import { dirname } from "node:path"
import { NormalizationStep } from "../../../shared/contract/tokens.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { makeVector, publicTestSecret } from "../../../shared/tokens/vectors.ts"
import { checkEngineVectors, defineTokenFunctions } from "../dataset/token-functions.ts"
import { openLocalEngine } from "../engine/duckdb.ts"
import { io } from "../files.ts"
import type { Check } from "./examine.ts"

const NODE_MAJOR = 24
const MEMORY_BYTES = 64 * 1024 * 1024
const GIB = 1024 ** 3
/** Sealing writes its plaintext parts and what does not fit into memory. */
const FREE_BYTES = GIB

/** Blanks, controls, full width, ligatures, combining marks, case mappings that change the length, astral letters. */
const PROBES = [
  "Ada Lovelace",
  " \t0049-170 123\r\n",
  "\u00a0\u2003Straße\u0085",
  "İstanbul ΑΣ",
  "Ａ７ﬁ",
  "e\u0301\u0000x",
  "\u{1d400}dam",
  'O\'Brien "x"',
  "",
]

/** What does not depend on a party: the programs and the disk. */
export function machineChecks(temp: string): readonly Check[] {
  return [
    { look: nodeVersion, name: "node" },
    { look: engineVersion, name: "duckdb" },
    { look: tokenFunctions, name: "tokens" },
    { look: () => freeSpace(temp), name: "disk" },
  ]
}

async function nodeVersion(): Promise<string> {
  const { node } = process.versions
  if (Number(node.split(".")[0]) >= NODE_MAJOR) return `Node ${node}`
  throw new ParleyError("file-io", `Node ${node}, Parley is made for ${NODE_MAJOR}`, {
    todo: "Run `npm ci` and start Parley with `npx parley`: it uses the Node that comes with the packages.",
  })
}

async function withEngine<T>(work: (engine: Awaited<ReturnType<typeof openLocalEngine>>) => Promise<T>): Promise<T> {
  const engine = await openLocalEngine({ memoryBytes: MEMORY_BYTES, spillFolder: null })
  try {
    return await work(engine)
  } finally {
    engine.closeSync()
  }
}

async function engineVersion(): Promise<string> {
  return withEngine(async (engine) => {
    const [[version] = []] = (await engine.runAndReadAll("SELECT version()")).getRows()
    return `DuckDB ${version}`
  })
}

/** A machine whose engine normalises otherwise would seal people whom nobody finds. */
async function tokenFunctions(): Promise<string> {
  for (const step of NormalizationStep.options) {
    const spec = { name: step, normalization: [step] }
    const vectors = PROBES.map((text) => makeVector(spec, text))
    await withEngine(async (engine) => {
      await defineTokenFunctions(engine, spec, publicTestSecret())
      await checkEngineVectors(engine, { ...spec, vectors })
    })
  }
  return `${NormalizationStep.options.length} steps over ${PROBES.length} texts as the portable implementation has them`
}

async function freeSpace(temp: string): Promise<string> {
  const folder = await nearest(temp)
  const { bavail, bsize } = await io(folder, () => statfs(folder))
  const free = `${((bavail * bsize) / GIB).toFixed(1)} GiB free in ${folder}`
  if (bavail * bsize >= FREE_BYTES) return free
  throw new ParleyError("file-io", free, {
    todo: "Free at least 1 GiB there, or seal with --temp and a folder that has more.",
  })
}

/** The folder, or the first one above it that exists. */
async function nearest(folder: string): Promise<string> {
  const there = await stat(folder).catch(() => null)
  return there !== null || dirname(folder) === folder ? folder : nearest(dirname(folder))
}
