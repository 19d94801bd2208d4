import { randomUUID } from "node:crypto"
import { link, open, readFile, rename, rm, writeFile } from "node:fs/promises"
import { ParleyError } from "../../../shared/errors/index.ts"
import { canonicalText } from "../../../shared/json/canonical.ts"
import { instant } from "../../../shared/json/instant.ts"
import { entryDigest, type Ledger, type LedgerEntry, type LedgerEvent, readLedger } from "../../ledger/entry.ts"
import { io, readCapped } from "../files.ts"
import { type Home, inHome } from "../home.ts"

const MAX_LEDGER_BYTES = 256 * 1024 * 1024
const LOCK_TRIES = 50
const LOCK_WAIT_MS = 100

export async function localLedger(home: Home): Promise<Ledger> {
  const bytes = await readCapped(inHome(home, "ledger.jsonl"), MAX_LEDGER_BYTES)
  return readLedger(bytes ?? new Uint8Array())
}

/**
 * Appends one event and returns when it is on the disk. `check` sees the ledger under the lock, so that two commands
 * cannot both pass it. `prepare` gets the head that the ledger is about to have, and makes what is booked: a crash
 * between the two leaves something that is not booked, and never something booked that does not exist.
 */
export async function book(
  home: Home,
  event: LedgerEvent,
  check?: (ledger: Ledger) => void,
  prepare?: (head: string) => Promise<void>,
): Promise<void> {
  await locked(home, async () => {
    const ledger = await localLedger(home)
    check?.(ledger)
    const entry: LedgerEntry = { at: instant(new Date()), event, index: ledger.entries.length, previous: ledger.head }
    await prepare?.(entryDigest(entry))
    await append(inHome(home, "ledger.jsonl"), ledger.wholeBytes, `${canonicalText(entry)}\n`)
  })
}

/** Writes after the last whole line: what a crash tore is overwritten and cut. */
async function append(path: string, at: number, line: string): Promise<void> {
  await io(path, async () => {
    const file = await open(path, "r+").catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === "ENOENT") return open(path, "w+", 0o600)
      throw cause
    })
    try {
      await file.truncate(at)
      await file.write(line, at)
      await file.sync()
    } finally {
      await file.close()
    }
  })
}

/** A lock file that holds the owner's pid; one whose process is gone is taken over. */
async function locked<T>(home: Home, work: () => Promise<T>): Promise<T> {
  const path = inHome(home, "ledger.lock")
  for (let tries = 0; !(await take(path)); tries++) {
    if (tries === LOCK_TRIES) throw new ParleyError("ledger-busy", "the ledger is locked by another command")
    await new Promise((resolve) => setTimeout(resolve, LOCK_WAIT_MS))
  }
  try {
    return await work()
  } finally {
    await rm(path, { force: true })
  }
}

/** The pid is in the file before the lock has its name: a crash in between leaves no empty lock that nobody may take. */
async function take(path: string): Promise<boolean> {
  const own = `${path}.${randomUUID()}`
  try {
    await writeFile(own, String(process.pid), { mode: 0o600 })
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
  if (seen === null || !isStale(seen)) return
  const aside = `${path}.${randomUUID()}`
  const moved = await rename(path, aside).then(
    () => true,
    () => false,
  )
  if (!moved) return
  const taken = await readFile(aside, "utf8").catch(() => "")
  if (!isStale(taken)) await link(aside, path).catch(() => undefined)
  await rm(aside, { force: true })
}

/** A lock without a pid is what a crash of an earlier version left. */
function isStale(content: string): boolean {
  const holder = Number(content)
  return !Number.isSafeInteger(holder) || holder <= 0 || !alive(holder)
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM"
  }
}
