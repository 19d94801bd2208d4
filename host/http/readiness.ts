import { randomBytes } from "node:crypto"
import { rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { ParleyError } from "../../shared/errors/index.ts"

/** Anybody may ask: the disk is not touched for each question. */
const PROBE_MS = 1000

export type ReadyState = "draining" | "not-writable" | "ready" | "stopping"

/** Whether the host takes requests: not while it drains or stops, nor when its folder cannot be written. */
export class Readiness {
  readonly #data: string
  #leaving: "draining" | "stopping" | null = null
  #probed = Number.NEGATIVE_INFINITY
  #writable: Promise<boolean> = Promise.resolve(false)

  constructor(data: string) {
    this.#data = data
  }

  /** From now on nothing new is taken; what is under way goes on. */
  drain(): void {
    this.#leaving ??= "draining"
  }

  stop(): void {
    this.#leaving = "stopping"
  }

  /** Throws when no new room, proposal, upload or nonce is taken. */
  requireTaking(): void {
    if (this.#leaving !== null)
      throw new ParleyError("host-draining", "the host takes nothing new: it is about to stop")
  }

  async state(): Promise<ReadyState> {
    if (this.#leaving !== null) return this.#leaving
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
