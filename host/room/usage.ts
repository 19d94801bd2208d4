import { readdir, stat } from "node:fs/promises"
import { join } from "node:path"
import { parseContract } from "../../shared/contract/in-force.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import type { Manifest } from "../../shared/protocol/manifest.ts"
import { partPath, ROOM } from "../../shared/room/layout.ts"
import { KINDS } from "../../shared/signed/kinds.ts"
import { listFiles, readCapped, readRequired } from "../../verifier/cli/files.ts"
import { isPurged } from "../purge/mark.ts"
import { openManifest } from "./party-object.ts"

/** What one manifest counts for. */
interface Announced {
  readonly bytes: number
  readonly manifest: string
  readonly party: string
}

/** An upload that is not finished. */
export interface OpenUpload {
  readonly contract: string
  readonly manifest: string
  readonly part: number
  readonly party: string
  readonly bytes: number
}

/**
 * How much ciphertext a party keeps on this host: what its manifests announce, over all rooms, and what it uploads a
 * second time. A quota for each room alone would be none: a party opens as many rooms as it likes.
 */
export class Usage {
  readonly #rooms: string
  readonly #most: number
  readonly #open: () => Promise<readonly OpenUpload[]>
  /** Manifest files never change, so each is opened once. Null: it does not parse, and counts for nobody. */
  readonly #known = new Map<string, Announced | null>()

  constructor(data: string, most: number, open: () => Promise<readonly OpenUpload[]>) {
    this.#rooms = join(data, "rooms")
    this.#most = most
    this.#open = open
  }

  /** Throws unless so many bytes more are within the party's quota. */
  async requireLeft(party: string, more: number): Promise<void> {
    const bytes = (await this.#announced(party)) + (await this.#again(party)) + more
    if (bytes > this.#most)
      throw new ParleyError("quota-exceeded", `${party} would keep ${bytes} bytes on this host, at most ${this.#most}`)
  }

  /** Whether a part lies there already: then an upload of it takes room of its own until it is finished. */
  async isStored({ contract, manifest, part }: Pick<OpenUpload, "contract" | "manifest" | "part">): Promise<boolean> {
    return (await stat(join(this.#rooms, contract, partPath(manifest, part))).catch(noEntry)) !== null
  }

  async #announced(party: string): Promise<number> {
    let bytes = 0
    for (const contract of (await readdir(this.#rooms).catch(noEntry)) ?? []) {
      for (const name of await listFiles(join(this.#rooms, contract, ROOM.manifests))) {
        const announced = await this.#announcedBy(contract, name)
        if (announced?.party !== party) continue
        if (!(await isPurged(join(this.#rooms, contract), announced.manifest))) bytes += announced.bytes
      }
    }
    return bytes
  }

  /** Open uploads beyond the one for each part that its manifest has announced. */
  async #again(party: string): Promise<number> {
    let bytes = 0
    const seen = new Set<string>()
    for (const upload of (await this.#open()).filter((open) => open.party === party)) {
      const key = `${upload.contract} ${upload.manifest} ${upload.part}`
      if (seen.has(key) || (await this.isStored(upload))) bytes += upload.bytes
      seen.add(key)
    }
    return bytes
  }

  async #announcedBy(contract: string, name: string): Promise<Announced | null> {
    const path = join(this.#rooms, contract, ROOM.manifests, name)
    const known = this.#known.get(path)
    if (known !== undefined) return known
    const announced = await this.#read(contract, path).catch((cause: unknown) => {
      // What does not parse counts for nobody: one party's rubbish must not stop everybody's uploads.
      if (cause instanceof ParleyError && cause.code !== "file-io") return null
      throw cause
    })
    this.#known.set(path, announced)
    return announced
  }

  async #read(contract: string, path: string): Promise<Announced | null> {
    const text = await readCapped(join(this.#rooms, contract, ROOM.contract), KINDS.contract.maxBytes)
    if (text === null) return null
    const jws = await readRequired(path, KINDS.manifest.maxBytes * 2)
    const { digest, manifest } = await openManifest(parseContract(text), contract, jws)
    return { bytes: announcedBytes(manifest), manifest: digest, party: manifest.owner }
  }
}

/** What cannot be read for the moment is not taken for nothing: it would count for no quota. */
function noEntry(cause: NodeJS.ErrnoException): null {
  if (cause.code === "ENOENT" || cause.code === "ENOTDIR") return null
  throw cause
}

export function announcedBytes({ parts }: Manifest): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0)
}
