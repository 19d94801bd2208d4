import { join } from "node:path"
import type { Contract } from "../../../shared/contract/contract.ts"
import { type ErrorCode, ParleyError } from "../../../shared/errors/index.ts"
import { partyKeys } from "../../../shared/protocol/granters.ts"
import { parseSignaturePath, ROOM } from "../../../shared/room/layout.ts"
import { keyId } from "../../../shared/signed/keys.ts"
import { KINDS } from "../../../shared/signed/kinds.ts"
import { roomDraft } from "../../room/contract.ts"
import { listFiles, readRequired } from "../files.ts"
import { localParty } from "../home.ts"
import type { Room } from "../room.ts"
import { askHost } from "./client.ts"
import { hostNames } from "./host-names.ts"

const MAX_OBJECT_BYTES = 8 * 1024 * 1024
/** Most refused objects that one message names. */
const NAMED = 20

/** Folders that parties write into. */
export const SHARED = [
  ROOM.cancellations,
  ROOM.contractSignatures,
  ROOM.endings,
  ROOM.grants,
  ROOM.manifests,
  ROOM.proposals,
  ROOM.rejections,
  ROOM.tokens,
] as const

/** Refusals that are about who asks, or about the room: the next object would fare no better. */
const FOR_ALL: ReadonlySet<ErrorCode> = new Set([
  "host-disk-full",
  "host-draining",
  "host-unreachable",
  "not-admitted",
  "not-found",
  "rate-limited",
  "request-audience",
  "request-replayed",
  "request-stale",
  "request-unsigned",
])

/** An object that the host did not take. */
export interface RefusedObject {
  readonly path: string
  readonly code: ErrorCode
  readonly message: string
}

interface Pushed {
  readonly pushed: number
  /** Other parties' objects that this folder holds and the host does not want; this party's own are an error. */
  readonly refused: readonly RefusedObject[]
}

/**
 * Sends what the host lacks. Sealed data goes with `parley dataset push`. One object that is refused does not keep the
 * others back: rubbish that somebody put into the folder would otherwise stop this party for good.
 */
export async function pushRoom(room: Room, host: URL, contract: string): Promise<Pushed> {
  const base = `/v1/contracts/${contract}`
  await pushContract(room, host, base)
  const refused: RefusedObject[] = []
  let pushed = 0
  for (const folder of SHARED) {
    const have = new Set(await hostNames(room, host, `${base}/${folder}`))
    for (const file of (await signatureNames(room, folder)).filter((name) => !have.has(name))) {
      const fault = await pushObject(room, host, base, `${folder}/${file}`)
      if (fault === null) pushed++
      else refused.push(fault)
    }
  }
  await requireOwnTaken(room, refused)
  return { pushed, refused }
}

async function pushContract(room: Room, host: URL, base: string): Promise<void> {
  const { maxBytes } = KINDS.contract
  if ((await askHost(room.home, host, { maxBytes, method: "GET", path: base })) !== null) return
  const body = await readRequired(join(room.folder, ROOM.contract), maxBytes)
  await askHost(room.home, host, { body, maxBytes: 1024, method: "PUT", path: base })
}

async function pushObject(room: Room, host: URL, base: string, path: string): Promise<RefusedObject | null> {
  try {
    const body = await readRequired(join(room.folder, path), MAX_OBJECT_BYTES)
    await askHost(room.home, host, { body, maxBytes: 1024, method: "PUT", path: `${base}/${path}` })
    return null
  } catch (cause) {
    if (!(cause instanceof ParleyError) || FOR_ALL.has(cause.code)) throw cause
    return { code: cause.code, message: cause.message, path }
  }
}

/** A note that somebody left in the folder is no object; the host would refuse it. */
async function signatureNames(room: Room, folder: string): Promise<readonly string[]> {
  return (await listFiles(join(room.folder, folder))).filter((name) => parseSignaturePath(name) !== null)
}

/** What this party signed and the host did not take has not reached the others: that is this command's failure. */
async function requireOwnTaken(room: Room, refused: readonly RefusedObject[]): Promise<void> {
  if (refused.length === 0) return
  const { contract, digest } = await roomDraft(room.files)
  const own = await ownKids(room, contract)
  const [first] = refused.filter(({ path }) => isOwn(path, own, digest))
  if (first !== undefined) throw new ParleyError(first.code, refusedInWords(refused))
}

async function ownKids({ home }: Room, contract: Contract): Promise<ReadonlySet<string>> {
  const { name } = await localParty(home)
  return new Set(partyKeys(contract, name).map(keyId))
}

/** Signatures under an amendment lie here as a proof for whom they reach; its own room is where they are needed. */
function isOwn(path: string, own: ReadonlySet<string>, digest: string): boolean {
  const named = parseSignaturePath(path)
  if (named === null || !own.has(named.kid)) return false
  return !path.startsWith(`${ROOM.contractSignatures}/`) || named.digest === digest
}

/** "the host refused 2 objects: grants/3f2a...: object-conflict, ...", every one with its code. */
export function refusedInWords(refused: readonly RefusedObject[]): string {
  const named = refused.slice(0, NAMED).map(({ code, path }) => `${path}: ${code}`)
  const more = refused.length > NAMED ? `, and ${refused.length - NAMED} more` : ""
  return `the host refused ${refused.length === 1 ? "one object" : `${refused.length} objects`}: ${named.join(", ")}${more}`
}
