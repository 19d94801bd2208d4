import { readdirSync, readFileSync } from "node:fs"

/** Watches the resident memory of a process and everything below it, in bytes. Linux only. */
export class MemoryWatch {
  #peak = 0
  readonly #timer: NodeJS.Timeout

  constructor(pid: number) {
    this.#timer = setInterval(() => {
      this.#peak = Math.max(this.#peak, treeBytes(pid))
    }, 50)
  }

  stop(): number {
    clearInterval(this.#timer)
    return this.#peak
  }
}

function treeBytes(root: number): number {
  const parents = new Map<number, number>()
  const resident = new Map<number, number>()
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    const status = readStatus(Number(name))
    if (status === null) continue
    parents.set(Number(name), status.parent)
    resident.set(Number(name), status.bytes)
  }
  const below = (pid: number): boolean => pid === root || (parents.has(pid) && below(parents.get(pid) ?? 0))
  return [...resident].filter(([pid]) => below(pid)).reduce((sum, [, bytes]) => sum + bytes, 0)
}

function readStatus(pid: number): { readonly parent: number; readonly bytes: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/status`, "utf8")
    const read = (field: string) => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(text)?.[1] ?? 0)
    return { bytes: read("VmRSS") * 1024, parent: read("PPid") }
  } catch {
    return null
  }
}
