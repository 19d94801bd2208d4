import { rm } from "node:fs/promises"
import { join } from "node:path"
import { ParleyError } from "../../../shared/errors/index.ts"
import { MAX_NOTICE_BYTES, NOTICES } from "../../../shared/http/notice.ts"
import { MAX_BUNDLE_BYTES } from "../../../shared/protocol/bundle.ts"
import { parseSignaturePath, ROOM } from "../../../shared/room/layout.ts"
import { SEALED_KINDS } from "../../../shared/signed/jwe.ts"
import { KINDS, objectDigest } from "../../../shared/signed/kinds.ts"
import { roomDraft } from "../../room/contract.ts"
import { listFiles, readCapped, writeAtomically } from "../files.ts"
import { localParty } from "../home.ts"
import type { Room } from "../room.ts"
import { isReceipt } from "../runs/bundles.ts"
import { askHost } from "./client.ts"
import { hostNames } from "./host-names.ts"
import { SHARED } from "./push-room.ts"

export { pushRoom } from "./push-room.ts"

const FROM_HOST = [...SHARED, ROOM.receipts, ROOM.refusals, ROOM.results] as const

/** Digest of the contract in the room folder, or null when there is none yet. */
export async function roomContractDigest(room: Room): Promise<string | null> {
  const bytes = await readCapped(join(room.folder, ROOM.contract), KINDS.contract.maxBytes)
  return bytes === null ? null : objectDigest("contract", bytes)
}

/** Fetches what the room lacks. Names become paths only if they are of a known form; whoever reads an object judges it. */
export async function pullRoom(room: Room, host: URL, contract: string): Promise<number> {
  const base = `/v1/contracts/${contract}`
  await pullContract(room, host, contract, base)
  const { name } = await localParty(room.home)
  let pulled = 0
  for (const folder of FROM_HOST) {
    const have = new Set(await filesAtHand(room, folder))
    for (const missing of (await hostNames(room, host, `${base}/${folder}`)).filter((file) => !have.has(file))) {
      if (!wanted(folder, missing, name)) continue
      const maxBytes = folder === ROOM.results ? SEALED_KINDS.result.maxBytes : 64 * 1024 * 1024
      const bytes = await askHost(room.home, host, { maxBytes, method: "GET", path: `${base}/${folder}/${missing}` })
      if (bytes === null || (folder === ROOM.receipts && !(await isReceiptNamed(room, missing, bytes)))) continue
      await writeAtomically(join(room.folder, folder, missing), bytes)
      pulled++
    }
  }
  await pullNotices(room, host, base)
  return pulled
}

/** The host's words about open runs, as they are now: the only files here that change, and that nobody signs. */
async function pullNotices(room: Room, host: URL, base: string): Promise<void> {
  const folder = join(room.folder, NOTICES)
  const proposals = await listFiles(join(room.folder, ROOM.proposals))
  const open = new Set(
    proposals.flatMap((name) => parseSignaturePath(name)?.digest ?? []).map((digest) => `${digest}.json`),
  )
  const offered = (await hostNames(room, host, `${base}/${NOTICES}`)).filter((name) => open.has(name))
  const here = (await listFiles(folder)).filter((name) => /^[0-9a-f]{64}\.json$/.test(name))
  for (const gone of here.filter((name) => !offered.includes(name))) await rm(join(folder, gone))
  for (const name of offered) {
    const path = `${base}/${NOTICES}/${name}`
    const bytes = await askHost(room.home, host, { maxBytes: MAX_NOTICE_BYTES, method: "GET", path })
    if (bytes !== null) await writeAtomically(join(folder, name), bytes)
  }
}

/** Names that need not be fetched. A receipt that does not verify here is fetched again. */
async function filesAtHand(room: Room, folder: string): Promise<readonly string[]> {
  const names = await listFiles(join(room.folder, folder))
  if (folder !== ROOM.receipts) return names
  const good: string[] = []
  for (const name of names) {
    const bytes = await readCapped(join(room.folder, folder, name), MAX_BUNDLE_BYTES).catch(() => null)
    if (bytes !== null && (await isReceiptNamed(room, name, bytes))) good.push(name)
  }
  return good
}

async function isReceiptNamed(room: Room, name: string, bytes: Uint8Array): Promise<boolean> {
  return isReceipt(room, await roomDraft(room.files), name.slice(0, 64), bytes)
}

async function pullContract(room: Room, host: URL, contract: string, base: string): Promise<void> {
  if ((await roomContractDigest(room)) !== null) return
  const bytes = await askHost(room.home, host, { maxBytes: KINDS.contract.maxBytes, method: "GET", path: base })
  if (bytes === null) throw new ParleyError("not-found", "the host has no such contract")
  if (objectDigest("contract", bytes) !== contract) {
    throw new ParleyError("contract-mismatch", "the host gave another contract than was asked for")
  }
  await writeAtomically(join(room.folder, ROOM.contract), bytes)
}

/** A hostile host could name `../../.ssh/config`: only the names that the room's layout has become paths. */
function wanted(folder: string, name: string, party: string): boolean {
  if (folder === ROOM.receipts) return /^[0-9a-f]{64}\.bundle\.json$/.test(name)
  if (folder === ROOM.results) return /^[0-9a-f]{64}\.[a-z0-9-]+\.jwe$/.test(name) && name.split(".")[1] === party
  return !name.includes("/") && parseSignaturePath(name) !== null
}
