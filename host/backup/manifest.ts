import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import * as z from "zod"
import { Digest, integer } from "../../shared/json/fields.ts"

/** File that lists a backup. It is written last: a folder without it is no backup. */
export const BACKUP_LIST = "backup.json"
export const MAX_LIST_BYTES = 512 * 1024 * 1024

/** Paths of the operator's folder, relative, with `/`. Nothing that leaves it, and no hidden file but the two that count. */
const BackupPath = z
  .string()
  .max(400)
  .regex(/^(?:[A-Za-z0-9_-][A-Za-z0-9._-]*\/)*(?:[A-Za-z0-9_-][A-Za-z0-9._-]*|\.opened-by|\.purged)$/)

const BackupFile = z.strictObject({ bytes: integer(0, 2 ** 50), path: BackupPath, sha256: Digest })
export type BackupFile = z.infer<typeof BackupFile>

/** What a backup holds, with the digest of every file. It says what was copied, and not who copied it. */
export const BackupList = z.strictObject({
  ciphertext: z.boolean(),
  createdAt: z.string(),
  files: z.array(BackupFile).max(5_000_000),
  format: z.literal("parley-host/backup/v1"),
})
export type BackupList = z.infer<typeof BackupList>

export function isBackupPath(path: string): boolean {
  return BackupPath.safeParse(path).success
}

export async function fileDigest(path: string): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const digest = createHash("sha256")
  let bytes = 0
  for await (const chunk of createReadStream(path)) {
    digest.update(chunk as Buffer)
    bytes += (chunk as Buffer).length
  }
  return { bytes, sha256: digest.digest("hex") }
}
