import { readdir } from "node:fs/promises"
import { join } from "node:path"
import { NOTICES } from "../../shared/http/notice.ts"
import { ROOM } from "../../shared/room/layout.ts"
import { isBackupPath } from "./manifest.ts"

/**
 * Folders of a room, each before those that its objects cite: whatever a receipt cites was there before the receipt, so
 * a list made in this order while the host runs is one of a state that was.
 */
const IN_ORDER = [
  ...[ROOM.receipts, ROOM.results, ROOM.refusals, NOTICES, ROOM.cancellations, ROOM.grants, ROOM.proposals],
  ...[ROOM.sealed, ROOM.manifests, ROOM.tokens, ROOM.endings, ROOM.rejections, ROOM.contractSignatures],
]

/** Paths of everything that a host needs to go on; without unfinished uploads, and with ciphertext only if wanted. */
export async function stateFiles(data: string, ciphertext: boolean): Promise<readonly string[]> {
  const paths: string[] = []
  for (const room of await foldersIn(join(data, "rooms"))) {
    for (const folder of IN_ORDER) paths.push(...(await filesBelow(data, `rooms/${room}/${folder}`)))
    paths.push(...(await filesIn(data, `rooms/${room}`)))
  }
  for (const folder of ["parties", "root"]) paths.push(...(await filesBelow(data, folder)))
  paths.push("host.json")
  return paths.filter((path) => isBackupPath(path) && (ciphertext || !isCiphertext(path)))
}

function isCiphertext(path: string): boolean {
  return path.split("/")[2] === ROOM.sealed && !path.endsWith("/.purged")
}

async function filesBelow(data: string, folder: string): Promise<readonly string[]> {
  const below = await Promise.all(
    (await foldersIn(join(data, folder))).map((name) => filesBelow(data, `${folder}/${name}`)),
  )
  return [...(await filesIn(data, folder)), ...below.flat()]
}

async function filesIn(data: string, folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(data, folder), { withFileTypes: true }).catch(none)
  return entries.filter((entry) => entry.isFile()).map(({ name }) => `${folder}/${name}`)
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(none)
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}

function none(cause: NodeJS.ErrnoException): [] {
  if (cause.code === "ENOENT") return []
  throw cause
}
