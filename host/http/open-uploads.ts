import { rm, stat } from "node:fs/promises"
import { join } from "node:path"
import * as z from "zod"
import { ParleyError } from "../../shared/errors/index.ts"
import { parseLoose } from "../../shared/json/canonical.ts"
import { Digest, integer, Name } from "../../shared/json/fields.ts"
import { listFiles, readCapped } from "../../verifier/cli/files.ts"
import type { OpenUpload } from "../room/usage.ts"

const MAX_INFO_BYTES = 16 * 1024
const HOUR_MS = 3_600_000

/** What an upload says it is; size and digest come from the manifest and not from here. */
export const GivenMetadata = z.strictObject({
  contract: Digest,
  manifest: Digest,
  part: z.string().regex(/^(?:0|[1-9]\d{0,3})$/),
})

export type GivenMetadata = z.infer<typeof GivenMetadata>

/** What is kept with an unfinished upload: the party is the host's own finding. */
export const KeptMetadata = GivenMetadata.extend({ party: Name })
export type KeptMetadata = z.infer<typeof KeptMetadata>

/** The file that the upload library keeps beside an unfinished upload. */
const Info = z.looseObject({ id: z.string().max(100), metadata: KeptMetadata, size: integer(1, 2 ** 40) })

type KnownUpload = OpenUpload & { readonly id: string }

/** The folder of unfinished uploads. */
export class OpenUploads {
  readonly directory: string
  readonly #hours: number
  /** What an upload is never changes: its file is read once. */
  #known: ReadonlyMap<string, KnownUpload> = new Map()

  constructor(data: string, hours: number) {
    this.directory = join(data, "uploads")
    this.#hours = hours
  }

  async list(): Promise<readonly KnownUpload[]> {
    const names = (await listFiles(this.directory)).filter((name) => name.endsWith(".json"))
    const known = new Map<string, KnownUpload>()
    // One after the other: a thousand files at once are more than a process may have open.
    for (const name of names) {
      const upload = this.#known.get(name) ?? (await this.#read(name))
      if (upload !== null) known.set(name, upload)
    }
    this.#known = known
    return [...known.values()]
  }

  /** How many uploads of other parts the party has open. */
  async count(beside: Pick<OpenUpload, "contract" | "manifest" | "part" | "party">): Promise<number> {
    return (await this.list()).filter((open) => open.party === beside.party && !isOf(open, beside)).length
  }

  /** Bytes that uploads of other parts have announced and not sent yet. */
  async outstanding(beside: Pick<OpenUpload, "contract" | "manifest" | "part">): Promise<number> {
    let bytes = 0
    for (const open of await this.list()) {
      if (isOf(open, beside)) continue
      bytes += open.bytes - (await stat(join(this.directory, open.id)).then(({ size }) => size, noFile))
    }
    return bytes
  }

  /** A part has one upload: a client that has lost the address of its old one would fill the disk with such leftovers. */
  async dropOthers(part: Pick<OpenUpload, "contract" | "manifest" | "part">): Promise<void> {
    for (const open of await this.list()) if (isOf(open, part)) await this.#drop(open.id)
  }

  /** Drops what has not grown for so many hours. */
  async expire(now: number): Promise<number> {
    const ids = new Set((await listFiles(this.directory)).map((name) => name.replace(/\.json$/, "")))
    let dropped = 0
    for (const id of ids) {
      if (now - (await this.#touched(id)) < this.#hours * HOUR_MS) continue
      await this.#drop(id)
      dropped++
    }
    return dropped
  }

  async #touched(id: string): Promise<number> {
    const files = [join(this.directory, id), join(this.directory, `${id}.json`)]
    const times = await Promise.all(files.map((file) => stat(file).then(({ mtimeMs }) => mtimeMs, noFile)))
    return Math.max(...times)
  }

  async #drop(id: string): Promise<void> {
    await rm(join(this.directory, id), { force: true })
    await rm(join(this.directory, `${id}.json`), { force: true })
  }

  /** Null while it is being written, and for one that is not ours: that ages and expires. */
  async #read(name: string): Promise<KnownUpload | null> {
    try {
      const bytes = await readCapped(join(this.directory, name), MAX_INFO_BYTES)
      if (bytes === null) return null
      const { id, metadata, size } = parseLoose(bytes, Info, MAX_INFO_BYTES)
      const { contract, manifest, part, party } = metadata
      return { bytes: size, contract, id, manifest, part: Number(part), party }
    } catch (cause) {
      // An upload that cannot be read for the moment would count for no quota.
      if (!(cause instanceof ParleyError) || cause.code === "file-io") throw cause
      return null
    }
  }
}

/** Nothing, for a file that is not there; any other failure is one. */
function noFile(cause: NodeJS.ErrnoException): number {
  if (cause.code === "ENOENT") return 0
  throw cause
}

function isOf(
  open: OpenUpload,
  { contract, manifest, part }: Pick<OpenUpload, "contract" | "manifest" | "part">,
): boolean {
  return open.contract === contract && open.manifest === manifest && open.part === part
}
