import { type ChildProcessByStdio, spawn } from "node:child_process"
import type { Readable, Writable } from "node:stream"
import { fileURLToPath } from "node:url"
import { ParleyError } from "../../shared/errors/index.ts"
import type { Answer } from "./answer.ts"

/** Largest answer of a child, in bytes: a hostile one could write without end. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024

/** A started program that waits for its one request. */
export interface WaitingChild {
  ask(request: unknown): Promise<unknown>
  /** Whether it still runs: one that waits for long may have been killed for its memory. */
  readonly alive: boolean
  /** Resolves when it has ended. */
  readonly ended: Promise<void>
}

/**
 * Starts one of the enclave's own programs as a process of its own: no environment, no arguments, request on standard
 * input, one answer on standard output, standard error discarded because engine messages carry data values. It may be
 * started before there is anything to ask; `signal` kills it at any time.
 */
export function startChild(program: URL, signal: AbortSignal): WaitingChild {
  const child = spawn(process.execPath, [fileURLToPath(program)], {
    cwd: "/",
    env: {},
    killSignal: "SIGKILL",
    signal,
    stdio: ["pipe", "pipe", "ignore"],
  })
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => resolve())
    child.once("error", () => resolve())
  })
  const answered = readAnswer(child)
  // Its failure is seen when it is asked, if it ever is.
  answered.catch(() => undefined)
  return {
    get alive() {
      return child.exitCode === null && child.signalCode === null && child.pid !== undefined
    },
    ask: async (request) => {
      child.stdin.end(JSON.stringify(request))
      const answer = await answered
      if ("value" in answer) return answer.value
      throw new ParleyError(answer.failed === "dataset-invalid" ? "dataset-invalid" : "engine-failed", answer.message)
    },
    ended,
  }
}

export function runChild(program: URL, request: unknown, signal: AbortSignal): Promise<unknown> {
  return startChild(program, signal).ask(request)
}

function readAnswer(child: ChildProcessByStdio<Writable, Readable, null>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const failed = () => reject(new ParleyError("engine-failed", "a process of the engine ended without an answer"))
    const chunks: Buffer[] = []
    let bytes = 0
    child.stdout.on("data", (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > MAX_ANSWER_BYTES) child.kill("SIGKILL")
      else chunks.push(chunk)
    })
    child.on("error", failed)
    child.stdin.on("error", failed)
    child.on("close", (status) => {
      if (status !== 0) return failed()
      try {
        resolve(JSON.parse(Buffer.concat(chunks).toString("utf8")) as Answer)
      } catch {
        failed()
      }
    })
  })
}
