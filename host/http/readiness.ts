import { randomBytes } from "node:crypto"
import { rm, writeFile } from "node:fs/promises"
import { join } from "node:path"

/** Anybody may ask: the disk is not touched for each question. */
const PROBE_MS = 1000

/** Whether the host takes requests: not while it stops, nor when its folder cannot be written. */
export class Readiness {
  readonly #data: string
  #stopping = false
  #probed = Number.NEGATIVE_INFINITY
  #writable: Promise<boolean> = Promise.resolve(false)

  constructor(data: string) {
    this.#data = data
  }

  stop(): void {
    this.#stopping = true
  }

  async state(): Promise<"not-writable" | "ready" | "stopping"> {
    if (this.#stopping) return "stopping"
    if (performance.now() - this.#probed > PROBE_MS) {
      this.#probed = performance.now()
      this.#writable = this.#probe()
    }
    return (await this.#writable) ? "ready" : "not-writable"
  }

  /** Writes, since permissions say nothing of a full or a read-only disk. */
  async #probe(): Promise<boolean> {
    const file = join(this.#data, `.ready-${process.pid}`)
    try {
      await writeFile(file, randomBytes(16))
      await rm(file)
      return true
    } catch {
      return false
    }
  }
}
