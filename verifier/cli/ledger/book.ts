import { open } from "node:fs/promises"
import { utf8 } from "../../../shared/bytes.ts"
import { canonicalText } from "../../../shared/json/canonical.ts"
import { instant } from "../../../shared/json/instant.ts"
import { entryDigest, type Ledger, type LedgerEntry, type LedgerEvent, readLedger } from "../../ledger/entry.ts"
import { io, readCapped, writeAll } from "../files.ts"
import { type Home, inHome } from "../home.ts"
import { locked } from "./lock.ts"

const MAX_LEDGER_BYTES = 256 * 1024 * 1024

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
  await locked(inHome(home, "ledger.lock"), async () => {
    const ledger = await localLedger(home)
    check?.(ledger)
    const entry: LedgerEntry = { at: instant(new Date()), event, index: ledger.entries.length, previous: ledger.head }
    await prepare?.(entryDigest(entry))
    await append(inHome(home, "ledger.jsonl"), ledger.wholeBytes, `${canonicalText(entry)}\n`)
  })
}

/**
 * Writes after the last whole line: what a crash tore is overwritten and cut. A line that the disk does not take whole
 * is no line: what it stands for must not leave the home, and nothing of it stays.
 */
async function append(path: string, at: number, line: string): Promise<void> {
  await io(path, async () => {
    const file = await open(path, "r+").catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === "ENOENT") return open(path, "w+", 0o600)
      throw cause
    })
    try {
      await file.truncate(at)
      await writeAll(file, utf8(line), at)
      await file.sync()
    } catch (cause) {
      await file.truncate(at).catch(() => undefined)
      throw cause
    } finally {
      await file.close()
    }
  })
}
