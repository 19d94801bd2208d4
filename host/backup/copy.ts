import { constants, copyFile, mkdir, open, readdir } from "node:fs/promises"
import { dirname } from "node:path"
import { ParleyError } from "../../shared/errors/index.ts"
import { io } from "../../verifier/cli/files.ts"

/** Throws unless there is nothing at a path, or an empty folder: nothing is ever written over. */
export async function requireEmpty(folder: string): Promise<void> {
  const names = await io(folder, () =>
    readdir(folder).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === "ENOENT") return []
      throw cause
    }),
  )
  if (names.length > 0) throw new ParleyError("usage", `${folder} is not empty; give a folder that is not there yet`)
}

/** Copies one file for its owner alone, and waits until the disk has it. False when it is gone. */
export async function copyPrivately(from: string, to: string): Promise<boolean> {
  return io(to, async () => {
    await mkdir(dirname(to), { mode: 0o700, recursive: true })
    try {
      await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return false
      throw cause
    }
    const file = await open(to, "r+")
    try {
      await file.chmod(0o600)
      await file.sync()
    } finally {
      await file.close()
    }
    return true
  })
}
