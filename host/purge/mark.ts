import { mkdir, rm, stat } from "node:fs/promises"
import { join } from "node:path"
import { ROOM } from "../../shared/room/layout.ts"
import { listFiles, writeAtomically } from "../../verifier/cli/files.ts"

/** File in a version's folder that says that its ciphertext was deleted: it counts for no quota, and is not taken again. */
const MARK = ".purged"

export async function isPurged(room: string, manifest: string): Promise<boolean> {
  return (await stat(join(room, ROOM.sealed, manifest, MARK)).catch(() => null)) !== null
}

/** Deletes a version's ciphertext. The mark comes first: one that is half deleted is not taken for a whole one. */
export async function purgeVersion(room: string, manifest: string): Promise<void> {
  const folder = join(room, ROOM.sealed, manifest)
  await mkdir(folder, { recursive: true })
  await writeAtomically(join(folder, MARK), "")
  for (const part of await listFiles(folder)) await rm(join(folder, part), { force: true })
}
