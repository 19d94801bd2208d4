import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

const CHECKOUT = fileURLToPath(new URL("../../", import.meta.url))

/** What a command line left behind. */
export interface Ran {
  readonly exit: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the public command line as a process of its own. */
export function runParley(
  args: readonly string[],
  options: { input?: string; env?: Record<string, string> } = {},
): Promise<Ran> {
  return runProgram("verifier/cli/parley.ts", args, options)
}

export function runProgram(
  program: string,
  args: readonly string[],
  options: { input?: string; env?: Record<string, string> } = {},
): Promise<Ran> {
  const child = spawn(process.execPath, [`${CHECKOUT}${program}`, ...args], {
    env: { PATH: process.env.PATH ?? "", ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
  })
  child.stdin.on("error", () => undefined)
  child.stdin.end(options.input ?? "")
  return new Promise((resolve) => {
    let [stdout, stderr] = ["", ""]
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()))
    child.on("close", (exit) => resolve({ exit, stderr, stdout }))
  })
}

/** Runs a command that must succeed, with `--json`, and returns its object. */
export async function parleyJson(args: readonly string[], expected = 0): Promise<Record<string, unknown>> {
  const { exit, stderr, stdout } = await runParley([...args, "--json"])
  if (exit !== expected)
    throw new Error(`parley ${args.join(" ")}: exit ${exit}, expected ${expected}\n${stdout}${stderr}`)
  return JSON.parse(stdout) as Record<string, unknown>
}

/** Runs a command that must fail, and returns its stable code with the exit code. */
export async function parleyFailure(
  args: readonly string[],
): Promise<{ code: string; exit: number | null; message: string }> {
  const { exit, stdout } = await runParley([...args, "--json"])
  const { error } = JSON.parse(stdout) as { error?: { code: string; message: string } }
  if (error === undefined) throw new Error(`parley ${args.join(" ")}: no error\n${stdout}`)
  return { code: error.code, exit, message: error.message }
}
