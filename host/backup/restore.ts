import { rename, rm } from "node:fs/promises"
import { join } from "node:path"
import { ParleyError } from "../../shared/errors/index.ts"
import { parseLoose } from "../../shared/json/canonical.ts"
import { io, readRequired } from "../../verifier/cli/files.ts"
import { copyPrivately, requireEmpty } from "./copy.ts"
import { BACKUP_LIST, type BackupFile, BackupList, fileDigest, MAX_LIST_BYTES } from "./manifest.ts"

/** Puts a backup into a folder that is empty or not there. The folder appears whole, or not at all. */
export async function restore(backup: string, data: string): Promise<BackupList> {
  await requireEmpty(data)
  const list = parseLoose(await readRequired(join(backup, BACKUP_LIST), MAX_LIST_BYTES), BackupList, MAX_LIST_BYTES)
  const partial = `${data.replace(/\/+$/, "")}.restoring`
  await requireEmpty(partial)
  try {
    for (const file of list.files) await restoreFile(backup, partial, file)
    // An empty folder gives way; one that has been filled meanwhile does not.
    await io(data, () => rename(partial, data))
  } catch (cause) {
    await rm(partial, { force: true, recursive: true })
    throw cause
  }
  return list
}

/** The copy is held against the list, not the original: what counts is what the host will read. */
async function restoreFile(backup: string, partial: string, { bytes, path, sha256 }: BackupFile): Promise<void> {
  const copied = await copyPrivately(join(backup, path), join(partial, path))
  if (!copied) throw new ParleyError("backup-damaged", `${path} is missing`)
  const found = await fileDigest(join(partial, path))
  if (found.bytes !== bytes || found.sha256 !== sha256)
    throw new ParleyError("backup-damaged", `${path} is not what was backed up`)
}
