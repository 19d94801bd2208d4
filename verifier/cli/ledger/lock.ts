import { randomUUID } from "node:crypto"
import { link, readFile, rename, rm, writeFile } from "node:fs/promises"
import { ParleyError } from "../../../shared/errors/index.ts"

const TRIES = 50
const WAIT_MS = 100
/** What a system without /proc says of its boots and its processes. */
const UNKNOWN = "-"

/** Runs `work` under a lock file that names its owner; one whose process is gone is taken over. */
export async function locked<T>(path: string, work: () => Promise<T>): Promise<T> {
  for (let tries = 0; !(await take(path)); tries++) {
    if (tries === TRIES)
      throw new ParleyError("ledger-busy", "the ledger is locked by another command", {
        todo: `Another command of this home is writing. Run this one again; if there is none, remove ${path}.`,
      })
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS))
  }
  try {
    return await work()
  } finally {
    await rm(path, { force: true })
  }
}

/** The owner is in the file before the lock has its name: a crash in between leaves no empty lock that nobody may take. */
async function take(path: string): Promise<boolean> {
  const own = `${path}.${randomUUID()}`
  try {
    await writeFile(own, await ownerOf(process.pid), { mode: 0o600 })
    await link(own, path)
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") {
      throw new ParleyError("file-io", `${path}: ${(cause as NodeJS.ErrnoException).code}`)
    }
    await removeIfStale(path)
    return false
  } finally {
    await rm(own, { force: true })
  }
}

/** Two commands may find the same stale lock: the one that comes second must not remove the first one's fresh lock. */
async function removeIfStale(path: string): Promise<void> {
  const seen = await readFile(path, "utf8").catch(() => null)
  if (seen === null || !(await isStale(seen))) return
  const aside = `${path}.${randomUUID()}`
  const moved = await rename(path, aside).then(
    () => true,
    () => false,
  )
  if (!moved) return
  const taken = await readFile(aside, "utf8").catch(() => "")
  if (!(await isStale(taken))) await link(aside, path).catch(() => undefined)
  await rm(aside, { force: true })
}

/**
 * A lock without a pid is what a crash of an earlier version left. A pid alone is not enough: after a loss of power, and
 * some time after a kill, another process has it.
 */
async function isStale(content: string): Promise<boolean> {
  const [pid = "", ...rest] = content.split(" ")
  const holder = Number(pid)
  if (!Number.isSafeInteger(holder) || holder <= 0 || !alive(holder)) return true
  const [, ...now] = (await ownerOf(holder)).split(" ")
  return rest.some((told, index) => told !== UNKNOWN && now[index] !== UNKNOWN && told !== now[index])
}

/** A process, so that none before or after it is the same: pid, boot of the machine, and when in that boot it started. */
async function ownerOf(pid: number): Promise<string> {
  const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => UNKNOWN)
  // The name before the last parenthesis may hold anything; the start is field 22 of all.
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")
  const started = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? UNKNOWN
  return [pid, boot.trim(), started].join(" ")
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM"
  }
}
