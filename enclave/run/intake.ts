import { createHash } from "node:crypto"
import { mkdir, open } from "node:fs/promises"
import { join } from "node:path"
import type { Bytes } from "../../shared/bytes.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { digestingSource } from "../../shared/sealed/digesting-source.ts"
import { openPart } from "../../shared/sealed/open-stream.ts"
import type { DatasetVersion } from "./manifests.ts"
import { segmentDecryption } from "./segment-decryption.ts"

/** One announced part of ciphertext. */
export interface PartAnnouncement {
  readonly manifest: string
  readonly index: number
  readonly bytes: number
}

/**
 * Takes the ciphertext of a run, part by part and in any order, and writes what authenticates into the work folder.
 * Nothing reads the files of a dataset before the last tag of its every part has been verified.
 */
export class Intake {
  readonly #folder: string
  readonly #versions: readonly DatasetVersion[]
  readonly #dataKeys: ReadonlyMap<string, Bytes>
  readonly #taken = new Set<string>()
  readonly #verified = new Map<string, number>()

  constructor(folder: string, versions: readonly DatasetVersion[], dataKeys: ReadonlyMap<string, Bytes>) {
    this.#folder = folder
    this.#versions = versions
    this.#dataKeys = dataKeys
  }

  /**
   * Decrypts one part and returns its dataset if that is complete now, or null. Every failure is the caller's reason to
   * end the boot.
   */
  async take(
    { manifest, index, bytes }: PartAnnouncement,
    source: AsyncIterable<Uint8Array>,
  ): Promise<DatasetVersion | null> {
    const version = this.#versions.find((candidate) => candidate.manifest.digest === manifest)
    const part = version?.manifest.payload.parts[index]
    if (version === undefined || part === undefined || part.bytes !== bytes) {
      throw new ParleyError("manifest-mismatch", "not a part that the manifests name")
    }
    this.#takeOnce(`${manifest}/${index}`)
    const checked = digestingSource(source, part.sha256, createHash("sha256"))
    const place = { ...this.#key(version), ...position(version, index), bytes }
    await this.#write(version, index, openPart({ ...place, decryption: segmentDecryption, source: checked }))
    const verified = (this.#verified.get(manifest) ?? 0) + 1
    this.#verified.set(manifest, verified)
    return verified === version.manifest.payload.parts.length ? version : null
  }

  /** Plaintext Parquet files of one dataset, in the order of the manifest. */
  files({ dataset, manifest }: Pick<DatasetVersion, "dataset" | "manifest">): readonly string[] {
    return manifest.payload.parts.map((_, index) => this.#path(dataset.name, index))
  }

  #takeOnce(part: string): void {
    if (this.#taken.has(part)) throw new ParleyError("manifest-mismatch", "the same part twice")
    this.#taken.add(part)
  }

  #key({ dataset, header }: DatasetVersion): { dataKey: Bytes; headerDigest: Bytes } {
    const dataKey = this.#dataKeys.get(dataset.name)
    if (dataKey === undefined) throw new ParleyError("grant-invalid", `no key for ${dataset.name}`)
    return { dataKey, headerDigest: header }
  }

  async #write(version: DatasetVersion, index: number, plaintext: AsyncIterable<Uint8Array>): Promise<void> {
    await mkdir(join(this.#folder, version.dataset.name), { mode: 0o700, recursive: true })
    const file = await open(this.#path(version.dataset.name, index), "wx", 0o400)
    try {
      for await (const segment of plaintext) await file.writev([segment])
    } finally {
      await file.close()
    }
  }

  #path(dataset: string, index: number): string {
    return join(this.#folder, dataset, `part-${String(index).padStart(5, "0")}.parquet`)
  }
}

function position({ manifest }: DatasetVersion, index: number): { index: number; last: boolean } {
  return { index, last: index === manifest.payload.parts.length - 1 }
}
