import { createHash, randomBytes } from "node:crypto"
import { createReadStream } from "node:fs"
import { mkdir, open, rename, rm, stat, unlink } from "node:fs/promises"
import { join } from "node:path"
import { toBase64url } from "../../../shared/bytes.ts"
import type { Contract } from "../../../shared/contract/contract.ts"
import { canonicalBytes } from "../../../shared/json/canonical.ts"
import type { Manifest } from "../../../shared/protocol/manifest.ts"
import { ROOM, signaturePath } from "../../../shared/room/layout.ts"
import { datasetHeader, headerDigest, keyCommitment } from "../../../shared/sealed/header.ts"
import { sealPart } from "../../../shared/sealed/seal-stream.ts"
import { ENTROPY_BYTES } from "../../../shared/sealed/segment.ts"
import { signJwsBytes } from "../../../shared/signed/jws.ts"
import { keyId } from "../../../shared/signed/keys.ts"
import { objectDigest } from "../../../shared/signed/kinds.ts"
import { io, writeAtomically } from "../files.ts"
import type { LocalKey } from "../home.ts"
import type { Progress } from "../progress.ts"
import type { Room } from "../room.ts"
import { inputColumns } from "./drift.ts"
import type { Prepared } from "./prepare.ts"
import { removeLeftovers } from "./private-folder.ts"
import { keepRecord, lastVersion } from "./records.ts"
import type { Written } from "./write-parts.ts"

export interface SealOptions {
  readonly room: Room
  readonly contract: { readonly contract: Contract; readonly digest: string }
  readonly prepared: Prepared
  readonly written: Written
  readonly asOf: string
  readonly now: Date
  readonly key: LocalKey
  readonly progress: Progress
}

/**
 * Encrypts the parts under a fresh data key and signs the manifest. The data key is kept before the ciphertext becomes
 * visible, and the manifest comes last: a crash leaves nothing, or a complete version.
 */
export async function seal(options: SealOptions): Promise<{ manifest: Manifest; digest: string }> {
  const { contract, prepared, room } = options
  const { dataset } = prepared
  const version = ((await lastVersion(room.home, dataset.lineage))?.version ?? 0) + 1
  const header = datasetHeader(contract.contract, dataset, version)
  const dataKey = new Uint8Array(randomBytes(32))
  const sealedRoot = join(room.folder, ROOM.sealed)
  await io(sealedRoot, () => mkdir(sealedRoot, { recursive: true }))
  await removeLeftovers(sealedRoot)
  const folder = join(sealedRoot, `.seal-${process.pid}`)
  try {
    await io(folder, () => mkdir(folder))
    const parts = await sealParts(options, folder, dataKey, headerDigest(header))
    const manifest: Manifest = {
      asOf: options.asOf,
      contract: contract.digest,
      dataset: dataset.name,
      format: "parley/manifest/v1",
      keyCommitment: keyCommitment(dataKey, headerDigest(header)),
      lineage: dataset.lineage,
      owner: dataset.owner,
      parts,
      rows: options.written.rows,
      schema: header.schema,
      sealedAt: `${options.now.toISOString().slice(0, 19)}Z`,
      tokenSpec: header.tokenSpec,
      version,
    }
    const digest = await publish(options, manifest, dataKey, folder)
    return { digest, manifest }
  } finally {
    dataKey.fill(0)
    await rm(folder, { force: true, recursive: true })
  }
}

async function sealParts({ progress, written }: SealOptions, folder: string, dataKey: Uint8Array, header: Uint8Array) {
  const { parts } = written
  const sealed: Manifest["parts"] = []
  const sizes = await Promise.all(parts.map(async (path) => (await stat(path)).size))
  progress.start(
    "sealing",
    sizes.reduce((sum, size) => sum + size, 0),
  )
  for (const [index, path] of parts.entries()) {
    const part = { dataKey, headerDigest: header, index, last: index === parts.length - 1 }
    const target = join(folder, `part-${String(index).padStart(5, "0")}.sealed`)
    sealed.push(await sealFile(path, target, part, progress))
    await unlink(path)
  }
  progress.end()
  return sealed
}

async function sealFile(
  path: string,
  target: string,
  part: { dataKey: Uint8Array; headerDigest: Uint8Array; index: number; last: boolean },
  progress: Progress,
): Promise<{ bytes: number; sha256: string }> {
  const digest = createHash("sha256")
  let bytes = 0
  await io(target, async () => {
    const file = await open(target, "wx")
    try {
      const source = createReadStream(path, { highWaterMark: 1024 * 1024 })
      for await (const chunk of sealPart({ ...part, entropy: randomBytes(ENTROPY_BYTES), source })) {
        digest.update(chunk)
        bytes += chunk.length
        progress.advance(chunk.length)
        // Goes on from where the file is, until the whole chunk is written.
        await file.writeFile(chunk)
      }
      await file.sync()
    } finally {
      await file.close()
    }
  })
  return { bytes, sha256: digest.digest("hex") }
}

async function publish(options: SealOptions, manifest: Manifest, dataKey: Uint8Array, folder: string): Promise<string> {
  const { key, prepared, room, written } = options
  const bytes = canonicalBytes(manifest)
  const digest = objectDigest("manifest", bytes)
  await keepRecord(room.home, {
    asOf: manifest.asOf,
    bytes: manifest.parts.reduce((sum, part) => sum + part.bytes, 0),
    contract: manifest.contract,
    dataKey: toBase64url(dataKey),
    dataset: manifest.dataset,
    format: "parley/sealed-record/v2",
    input: [...inputColumns(prepared, written)],
    lineage: manifest.lineage,
    manifest: digest,
    rows: manifest.rows,
    sealedAt: manifest.sealedAt,
    version: manifest.version,
  })
  const target = join(room.folder, ROOM.sealed, digest)
  await io(target, () => rename(folder, target))
  const jws = await signJwsBytes("manifest", bytes, key.jwk)
  await writeAtomically(join(room.folder, signaturePath(ROOM.manifests, digest, keyId(key.jwk))), jws)
  return digest
}
