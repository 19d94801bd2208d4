import { join } from "node:path"
import { ParleyError } from "../../shared/errors/index.ts"
import { writeAtomically } from "../../verifier/cli/files.ts"
import { readConfig } from "../config/config.ts"
import { copyPrivately, requireEmpty } from "./copy.ts"
import { BACKUP_LIST, type BackupFile, type BackupList, fileDigest } from "./manifest.ts"
import { stateFiles } from "./state-files.ts"

/** Copies the state of a host, running or not, into an empty folder. */
export async function backUp(data: string, target: string, ciphertext: boolean): Promise<BackupList> {
  await readConfig(data)
  await requireEmpty(target)
  const paths = await stateFiles(data, ciphertext)
  const files: BackupFile[] = []
  for (const path of paths) {
    const copied = await copyPrivately(join(data, path), join(target, path))
    if (copied) files.push({ ...(await fileDigest(join(target, path))), path })
    else requireMayGo(path)
  }
  const createdAt = new Date().toISOString()
  const list: BackupList = { ciphertext, createdAt, files, format: "parley-host/backup/v1" }
  await writeAtomically(join(target, BACKUP_LIST), JSON.stringify(list), 0o600)
  return list
}

/** Purged ciphertext and withdrawn notices are all that a host ever removes from its state. */
function requireMayGo(path: string): void {
  if (/^rooms\/[^/]+\/(?:sealed|notices)\//.test(path)) return
  throw new ParleyError("file-missing", `${path} is gone since the backup began`, { todo: "Run the backup again." })
}
