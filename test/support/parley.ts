import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

const CHECKOUT = fileURLToPath(new URL("../../", import.meta.url))
const KILL_AT = new URL("./kill-at.ts", import.meta.url).href

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

/** Runs a command and kills it just before the nth time that it writes a path that the pattern matches. */
export async function parleyKilledAt(args: readonly string[], place: string, nth = 1): Promise<void> {
  const { exit, stderr, stdout } = await runParley(args, { env: faultAt(place, nth) })
  if (exit !== null) throw new Error(`parley ${args.join(" ")} lived on: exit ${exit}\n${stdout}${stderr}`)
}

/** Runs a command to which the disk is full when it comes to write a path that the pattern matches. */
export async function parleyOnFullDisk(args: readonly string[], place: string): Promise<Ran> {
  return runParley([...args, "--json"], { env: { ...faultAt(place, 1), KILL_BY: "ENOSPC" } })
}

function faultAt(place: string, nth: number): Record<string, string> {
  return { KILL_AT: place, KILL_NTH: String(nth), NODE_OPTIONS: `--import=${KILL_AT}` }
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
): Promise<{ code: string; exit: number | null; message: string; todo: string }> {
  const { exit, stdout } = await runParley([...args, "--json"])
  const { error } = JSON.parse(stdout) as { error?: { code: string; message: string; todo: string } }
  if (error === undefined) throw new Error(`parley ${args.join(" ")}: no error\n${stdout}`)
  return { code: error.code, exit, message: error.message, todo: error.todo }
}
