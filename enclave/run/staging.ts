import { createHash } from "node:crypto"
import { mkdir, open, rm, unlink } from "node:fs/promises"
import { totalmem } from "node:os"
import { join } from "node:path"
import { ParleyError } from "../../shared/errors/index.ts"
import type { DatasetVersion } from "./manifests.ts"
import { type RunProcesses, startProcesses } from "./processes.ts"
import type { ProposedVersions } from "./proposed-versions.ts"

/** Share of the machine's memory that staged parts may take: one owner's huge version must not end everybody's boot. */
const STAGED_SHARE = 0.35

/** One announced part of ciphertext. */
export interface PartAnnouncement {
  readonly manifest: string
  readonly index: number
  readonly bytes: number
}

/** One part of a dataset as it lies in the enclave: the very ciphertext that its manifest names. */
export interface StagedPart {
  readonly version: DatasetVersion
  readonly index: number
  readonly path: string
}

/**
 * The ciphertext of one proposal, taken before anybody has granted it: part by part, in any order. No key is there, so
 * nothing but length and digest is judged. It waits beside the processes that will read it.
 */
export class Staging {
  readonly folder: string
  readonly #proposed: ProposedVersions
  #processes: RunProcesses
  readonly #ending = new AbortController()
  readonly #taken = new Set<string>()
  readonly #staged = new Map<string, StagedPart>()
  #discarded: Promise<void> | null = null

  private constructor(folder: string, proposed: ProposedVersions) {
    this.folder = folder
    this.#proposed = proposed
    this.#processes = startProcesses(proposed.versions)
  }

  /** `folder` must be this staging's own. */
  static async start(folder: string, proposed: ProposedVersions): Promise<Staging> {
    requireRoom(proposed.versions)
    try {
      for (const { dataset } of proposed.versions) {
        await mkdir(join(folder, "in", dataset.name), { mode: 0o700, recursive: true })
      }
      return new Staging(folder, proposed)
    } catch (cause) {
      await remove(folder)
      throw cause
    }
  }

  get proposal(): string {
    return this.#proposed.run.proposal.digest
  }

  /** What will work on it; processes that died while they waited are started anew. */
  processes(): RunProcesses {
    if (this.#processes.alive || this.#ending.signal.aborted) return this.#processes
    void this.#processes.end()
    this.#processes = startProcesses(this.#proposed.versions)
    return this.#processes
  }

  /** Takes one part, once; one that fails half-way may come again. */
  async take({ manifest, index, bytes }: PartAnnouncement, source: AsyncIterable<Uint8Array>): Promise<void> {
    const version = this.#proposed.versions.find((candidate) => candidate.manifest.digest === manifest)
    const part = version?.manifest.payload.parts[index]
    if (version === undefined || part === undefined || part.bytes !== bytes) {
      throw new ParleyError("manifest-mismatch", "not a part that the manifests name")
    }
    const name = `${manifest}/${index}`
    if (this.#taken.has(name)) throw new ParleyError("manifest-mismatch", "the same part twice")
    this.#taken.add(name)
    const path = join(this.folder, "in", version.dataset.name, `part-${String(index).padStart(5, "0")}.parquet`)
    try {
      await write(path, source, part.sha256, this.#ending.signal)
      this.#staged.set(name, { index, path, version })
    } catch (cause) {
      await unlink(path).catch(() => undefined)
      this.#taken.delete(name)
      throw cause
    }
  }

  /** Every part of every dataset in the proposal's order, or null while some are missing. */
  complete(): readonly StagedPart[] | null {
    const parts: StagedPart[] = []
    for (const { manifest } of this.#proposed.versions) {
      for (const index of manifest.payload.parts.keys()) {
        const part = this.#staged.get(`${manifest.digest}/${index}`)
        if (part === undefined) return null
        parts.push(part)
      }
    }
    return parts
  }

  /** Ends the processes, takes nothing more, and removes all files. */
  discard(): Promise<void> {
    this.#ending.abort()
    this.#discarded ??= this.#processes.end().then(() => remove(this.folder))
    return this.#discarded
  }
}

function requireRoom(versions: readonly DatasetVersion[]): void {
  const parts = versions.flatMap(({ manifest }) => manifest.payload.parts)
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0)
  const most = Math.floor(totalmem() * STAGED_SHARE)
  if (bytes > most) throw new ParleyError("limit-reached", `${bytes} bytes of data, this enclave has room for ${most}`)
}

/** A part that is still on its way when its proposal is put away must not go on filling memory. */
async function write(path: string, source: AsyncIterable<Uint8Array>, sha256: string, put: AbortSignal): Promise<void> {
  const digest = createHash("sha256")
  const file = await open(path, "wx", 0o600)
  const close = () => void file.close()
  put.addEventListener("abort", close, { once: true })
  if (put.aborted) close()
  try {
    for await (const chunk of source) {
      if (put.aborted) break
      digest.update(chunk)
      await file.writeFile(chunk)
    }
  } finally {
    put.removeEventListener("abort", close)
    if (!put.aborted) await file.close()
  }
  if (put.aborted) throw new ParleyError("phase-illegal", "another proposal has been staged")
  if (digest.digest("hex") !== sha256) {
    throw new ParleyError("manifest-mismatch", "the ciphertext is not the one that the manifest names")
  }
}

/** Files may still be made in it while its processes end. */
function remove(folder: string): Promise<void> {
  return rm(folder, { force: true, maxRetries: 10, recursive: true, retryDelay: 20 })
}
