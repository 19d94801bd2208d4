import { statfs } from "node:fs/promises"
import { ParleyError } from "../../shared/errors/index.ts"
import type { Log } from "../log/log.ts"

/** How much of the disk below the operator's folder is free. */
export interface DiskState {
  readonly freeBytes: number
  readonly reserveBytes: number
  /** Less is free than the operator wants to keep: no new upload or room is taken. */
  readonly low: boolean
}

/** The disk below the operator's folder, held against the reserve that the operator wants to keep. */
export class Disk {
  readonly #data: string
  readonly #reserveBytes: number
  #low = false

  constructor(data: string, reserveBytes: number) {
    this.#data = data
    this.#reserveBytes = reserveBytes
  }

  async state(): Promise<DiskState> {
    const { bavail, bsize } = await statfs(this.#data)
    const freeBytes = bavail * bsize
    return { freeBytes, low: freeBytes < this.#reserveBytes, reserveBytes: this.#reserveBytes }
  }

  /** Throws unless so many bytes more leave the reserve alone. */
  async requireRoom(bytes: number): Promise<void> {
    const { freeBytes } = await this.state()
    if (freeBytes - bytes < this.#reserveBytes) throw diskFull()
  }

  /** Says in the log when the reserve is touched, and when it is not any more. */
  async watch(log: Log): Promise<void> {
    const { freeBytes, low, reserveBytes } = await this.state()
    if (low !== this.#low) log.warn(low ? "disk-low" : "disk-recovered", { freeBytes, reserveBytes })
    this.#low = low
  }
}

/** Says nothing of folders or figures: parties need not know them. */
export function diskFull(): ParleyError {
  return new ParleyError("host-disk-full", "the host has no room left on its disk")
}
