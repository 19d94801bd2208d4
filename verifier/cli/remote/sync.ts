import { join } from "node:path"
import { z } from "zod"
import { ParleyError } from "../../../shared/errors/index.ts"
import { parseLoose } from "../../../shared/json/canonical.ts"
import { MAX_BUNDLE_BYTES } from "../../../shared/protocol/bundle.ts"
import { parseSignaturePath, ROOM } from "../../../shared/room/layout.ts"
import { SEALED_KINDS } from "../../../shared/signed/jwe.ts"
import { KINDS, objectDigest } from "../../../shared/signed/kinds.ts"
import { roomDraft } from "../../room/contract.ts"
import { listFiles, readCapped, readRequired, writeAtomically } from "../files.ts"
import { localParty } from "../home.ts"
import type { Room } from "../room.ts"
import { isReceipt } from "../runs/bundles.ts"
import { askHost } from "./client.ts"

const MAX_OBJECT_BYTES = 8 * 1024 * 1024
const SHARED = [
  ROOM.cancellations,
  ROOM.contractSignatures,
  ROOM.endings,
  ROOM.grants,
  ROOM.manifests,
  ROOM.proposals,
  ROOM.rejections,
  ROOM.tokens,
] as const
const FROM_HOST = [...SHARED, ROOM.receipts, ROOM.refusals, ROOM.results] as const
const Names = z.strictObject({ names: z.array(z.string().max(220)).max(20_000) })

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
  return pulled
}

/** Sends what the host lacks. Sealed data goes with `parley dataset push`. */
export async function pushRoom(room: Room, host: URL, contract: string): Promise<number> {
  const base = `/v1/contracts/${contract}`
  if ((await askHost(room.home, host, { maxBytes: KINDS.contract.maxBytes, method: "GET", path: base })) === null) {
    const body = await readRequired(join(room.folder, ROOM.contract), KINDS.contract.maxBytes)
    await askHost(room.home, host, { body, maxBytes: 1024, method: "PUT", path: base })
  }
  let pushed = 0
  for (const folder of SHARED) {
    const have = new Set(await hostNames(room, host, `${base}/${folder}`))
    for (const file of (await signatureNames(room, folder)).filter((name) => !have.has(name))) {
      const body = await readRequired(join(room.folder, folder, file), MAX_OBJECT_BYTES)
      await askHost(room.home, host, { body, maxBytes: 1024, method: "PUT", path: `${base}/${folder}/${file}` })
      pushed++
    }
  }
  return pushed
}

/** A note that somebody left in the folder is no object; the host would refuse it, and with it every command. */
async function signatureNames(room: Room, folder: string): Promise<readonly string[]> {
  return (await listFiles(join(room.folder, folder))).filter((name) => parseSignaturePath(name) !== null)
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

async function hostNames(room: Room, host: URL, path: string): Promise<readonly string[]> {
  const bytes = await askHost(room.home, host, { maxBytes: 8 * 1024 * 1024, method: "GET", path })
  return bytes === null ? [] : parseLoose(bytes, Names, 8 * 1024 * 1024).names
}

/** A hostile host could name `../../.ssh/config`: only the names that the room's layout has become paths. */
function wanted(folder: string, name: string, party: string): boolean {
  if (folder === ROOM.receipts) return /^[0-9a-f]{64}\.bundle\.json$/.test(name)
  if (folder === ROOM.results) return /^[0-9a-f]{64}\.[a-z0-9-]+\.jwe$/.test(name) && name.split(".")[1] === party
  return !name.includes("/") && parseSignaturePath(name) !== null
}
