import { readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { memoryFolder } from "./boot.ts"

/** Removes the folders that boots of a host which was killed have left behind; folders of living hosts stay. */
export async function sweepBoots(): Promise<void> {
  for (const parent of new Set([tmpdir(), await memoryFolder()])) {
    for (const name of await readdir(parent).catch(() => [])) {
      const [, pid] = /^parley-(?:boot|work)-(\d+)-[A-Za-z0-9]+$/.exec(name) ?? []
      if (pid === undefined || lives(Number(pid))) continue
      await rm(join(parent, name), { force: true, recursive: true }).catch(() => undefined)
    }
  }
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM"
  }
}
