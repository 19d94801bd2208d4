import { mkdir, readdir, rm } from "node:fs/promises"
import { join } from "node:path"
import { io } from "../files.ts"
import { type Home, inHome } from "../home.ts"

/**
 * Runs `work` with a folder (mode 0700) that is gone afterwards. Plaintext lies there while it is sealed; what a killed
 * process has left behind is removed by the next one.
 */
export async function withPrivateFolder<T>(home: Home, base: string | undefined, work: (folder: string) => Promise<T>) {
  const parent = base ?? inHome(home, "tmp")
  await io(parent, () => mkdir(parent, { mode: 0o700, recursive: true }))
  await removeLeftovers(parent)
  const folder = join(parent, `seal-${process.pid}`)
  await io(folder, () => mkdir(folder, { mode: 0o700 }))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { force: true, recursive: true })
  }
}

/** Removes `seal-<pid>` folders, here and in a room, whose process no longer lives. */
export async function removeLeftovers(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => [])
  for (const name of names) {
    const pid = /^\.?seal-(\d+)$/.exec(name)?.[1]
    if (pid !== undefined && !alive(Number(pid))) await rm(join(parent, name), { force: true, recursive: true })
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return pid !== process.pid
  } catch {
    return false
  }
}
