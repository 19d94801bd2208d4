import { Worker } from "node:worker_threads"
import { isErrorCode, ParleyError } from "../../../shared/errors/index.ts"
import type { DecryptionAnswer, DecryptionJob } from "./job.ts"

const PROGRAM = new URL("./main.ts", import.meta.url)

/** A started thread that decrypts one part at a time. */
export interface DecryptionThread {
  decrypt(job: DecryptionJob): Promise<void>
  readonly alive: boolean
  /** Resolves when it has ended. */
  readonly ended: Promise<void>
}

/** Starts a thread of the keeper; `signal` ends it at any time, and what it was asked then fails. */
export function startDecryption(signal: AbortSignal): DecryptionThread {
  const thread = new Worker(PROGRAM, { env: {} })
  let alive = true
  const ended = new Promise<void>((resolve) => {
    thread.once("error", () => resolve())
    thread.once("exit", () => resolve())
  }).then(() => {
    alive = false
  })
  const gone = ended.then(() => {
    throw new ParleyError("engine-failed", "a decryption thread ended without an answer")
  })
  // Its failure is seen by whoever asks.
  gone.catch(() => undefined)
  signal.addEventListener("abort", () => void thread.terminate(), { once: true })
  return {
    get alive() {
      return alive
    },
    decrypt: (job) => Promise.race([answerTo(thread, job), gone]),
    ended,
  }
}

async function answerTo(thread: Worker, job: DecryptionJob): Promise<void> {
  const answered = new Promise<DecryptionAnswer>((resolve) => thread.once("message", resolve))
  // Moved and not copied: the key's only copy outside this thread's caller is the other thread's.
  const dataKey = new Uint8Array(job.dataKey)
  thread.postMessage({ ...job, dataKey }, [dataKey.buffer])
  const answer = await answered
  if (answer.ok) return
  throw new ParleyError(isErrorCode(answer.code) ? answer.code : "internal", answer.message)
}
