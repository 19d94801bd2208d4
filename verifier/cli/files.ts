import { randomUUID } from "node:crypto"
import { type FileHandle, mkdir, open, readdir, rename, unlink } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import type { Bytes } from "../../shared/bytes.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import type { RoomFiles } from "../../shared/room/files.ts"

/** Writes a file so that after a crash there is the old one or the new one, never half: temporary file, fsync, rename, fsync of the folder. */
export async function writeAtomically(path: string, bytes: Uint8Array | string, mode = 0o644): Promise<void> {
  // One process may write the same file twice at a time.
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`)
  await io(path, async () => {
    // A folder that is made for a private file is private too: its names alone tell whom a party deals with.
    const folderMode = (mode & 0o077) === 0 ? 0o700 : 0o777
    await mkdir(dirname(path), { mode: folderMode, recursive: true })
    const file = await open(temporary, "wx", mode)
    try {
      await file.writeFile(bytes)
      await file.sync()
      await file.close()
      await rename(temporary, path)
    } catch (cause) {
      await file.close().catch(() => undefined)
      await unlink(temporary).catch(() => undefined)
      throw cause
    }
    await syncFolder(dirname(path))
  })
}

/** Writes all bytes at a place: one `write` may take fewer than it is given, and a disk that fills up says so in the next. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done)
    if (bytesWritten === 0) throw new ParleyError("file-io", "the file takes no more bytes")
    done += bytesWritten
  }
}

/** Reads a whole file of at most `maxBytes`; null when there is none. The size is judged before memory is taken. */
export async function readCapped(path: string, maxBytes: number): Promise<Bytes | null> {
  return io(path, async () => {
    const file = await openOrNull(path)
    if (file === null) return null
    try {
      const { size } = await file.stat()
      if (size > maxBytes) throw new ParleyError("json-too-large", `${path}: ${size} bytes, at most ${maxBytes}`)
      return new Uint8Array(await file.readFile())
    } finally {
      await file.close()
    }
  })
}

/** Like `readCapped`, but a missing file is an error. */
export async function readRequired(path: string, maxBytes: number): Promise<Bytes> {
  const bytes = await readCapped(path, maxBytes)
  if (bytes === null) throw new ParleyError("file-missing", `${path} does not exist`)
  return bytes
}

/** Names of the plain files in a folder, sorted; empty when there is no such folder. */
export async function listFiles(folder: string): Promise<readonly string[]> {
  return io(folder, async () => {
    const entries = await readdir(folder, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === "ENOENT") return []
      throw cause
    })
    return entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
      .map(({ name }) => name)
      .sort()
  })
}

/** A room folder on disk. */
export function roomFolder(folder: string): RoomFiles {
  return {
    list: (sub) => listFiles(join(folder, sub)),
    read: (path, maxBytes) => readCapped(join(folder, path), maxBytes),
  }
}

/** Runs a file operation and turns system errors into `file-io` with the path and the system's own code. */
export async function io<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof ParleyError) throw cause
    const { code } = cause as NodeJS.ErrnoException
    throw new ParleyError("file-io", `${path}: ${code ?? "input/output error"}`, { cause })
  }
}

async function openOrNull(path: string): Promise<FileHandle | null> {
  return open(path, "r").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return null
    throw cause
  })
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r")
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
