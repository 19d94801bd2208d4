import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { stageOf } from "../../shared/errors/attestation.ts"
import { decodeUnverified } from "../../verifier/index.ts"
import { runProgram } from "../support/parley.ts"
import { verdictOf } from "./by-library.ts"
import { type Expected, FIXTURES, type Vector } from "./cases.ts"

/** What a file cannot be asked: `parley attestation verify` knows no session, no accepted roots, and no age with --contract. */
const BEYOND_A_FILE = new Set([
  "anchor-not-accepted",
  "binding-session",
  "contract-invalid",
  "document-from-future",
  "document-stale",
  "key-mismatch",
  "policy-invalid",
  "user-data-malformed",
  "user-data-mismatch",
  "user-data-type",
])

/** Whether `parley attestation verify` can put the question of this case at all. */
export function isExpressible({ expected: { code }, path }: Vector): boolean {
  if (path === "document" || code === null) return true
  return !BEYOND_A_FILE.has(code) && !(path === "archived" && code === "nonce-mismatch")
}

/** The arguments that put it. A policy goes into a file of its own below `folder`. */
export async function argumentsOf(vector: Vector, folder: string): Promise<readonly string[]> {
  const document = join(FIXTURES, "cases", vector.id, vector.document.file)
  const fixed = ["attestation", "verify", "--json", "--document", document]
  if (vector.path === "document") {
    const policy = join(folder, vector.id.replace("/", "."))
    await mkdir(folder, { recursive: true })
    await writeFile(policy, JSON.stringify(vector.policy))
    const root = join(FIXTURES, vector.trustAnchor)
    return [...fixed, "--at", vector.time, "--trust-root", root, "--policy", policy]
  }
  const at = vector.path === "live" ? vector.time : new Date(decodeUnverified(vector.bytes).timestamp).toISOString()
  const nonce = vector.path === "live" ? ["--nonce", vector.nonce] : []
  const root = join(FIXTURES, "simulated-root.pem")
  return [...fixed, "--at", at, "--trust-root", root, "--contract", join(FIXTURES, vector.contract), ...nonce]
}

/** All of them by one process, in order. */
export async function byOneProcess(commands: readonly (readonly string[])[]): Promise<readonly Expected[]> {
  const input = commands.map((args) => `${JSON.stringify(args)}\n`).join("")
  const { exit, stderr, stdout } = await runProgram("test/vectors/many-commands.ts", [], { input })
  if (exit !== 0) throw new Error(`exit ${exit}: ${stderr}`)
  const lines = stdout.trimEnd().split("\n")
  if (lines.length !== commands.length) throw new Error(`${lines.length} answers to ${commands.length} commands`)
  return lines.map((line) => saidBy(JSON.parse(line) as { readonly exit: number; readonly stdout: string }))
}

/** A verdict says its stage itself. A policy that cannot be used is an error of the command and no verdict. */
export function saidBy({ exit, stdout }: { readonly exit: number | null; readonly stdout: string }): Expected {
  const answer = JSON.parse(stdout) as Partial<Expected> & { readonly error?: { readonly code: string } }
  const { code = null, error, stage = null, verdict } = answer
  if (error !== undefined) return { code: error.code, stage: stageOf(error.code), verdict: verdictOf(exit) }
  if (verdict !== verdictOf(exit)) throw new Error(`${verdict} with exit ${exit}`)
  return { code, stage, verdict }
}
