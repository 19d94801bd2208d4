import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

/** What one input of at most 64 KB may take. */
const MAX_CPU_MS = 50
const MAX_MEMORY_BYTES = 64 * 1024 * 1024
const ATTEMPTS = 5

setFlagsFromString("--expose-gc")
const collectGarbage = runInNewContext("gc") as () => void

/** Processor time and allocation of a piece of work. Time that other processes take does not count. */
export class Meter {
  readonly #cpu = process.cpuUsage()
  readonly #memory = allocated()

  cpuMs(): number {
    const { system, user } = process.cpuUsage(this.#cpu)
    return (system + user) / 1000
  }

  memoryBytes(): number {
    return allocated() - this.#memory
  }

  get over(): boolean {
    return this.cpuMs() > MAX_CPU_MS || this.memoryBytes() > MAX_MEMORY_BYTES
  }
}

function allocated(): number {
  const { external, heapUsed } = process.memoryUsage()
  return external + heapUsed
}

/**
 * Runs an offender again, each time after a collection, and judges the least of five: a collection or a compilation that
 * fell on it is not its fault. What it takes every time is.
 */
export async function confirmOver(run: () => Promise<unknown>): Promise<string | null> {
  let cpuMs = Number.POSITIVE_INFINITY
  let memoryBytes = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    collectGarbage()
    const meter = new Meter()
    await run()
    cpuMs = Math.min(cpuMs, meter.cpuMs())
    memoryBytes = Math.min(memoryBytes, meter.memoryBytes())
  }
  if (cpuMs > MAX_CPU_MS) return `takes ${cpuMs.toFixed(1)} ms of processor time, at most ${MAX_CPU_MS}`
  if (memoryBytes > MAX_MEMORY_BYTES) return `takes ${memoryBytes} bytes of memory, at most ${MAX_MEMORY_BYTES}`
  return null
}
