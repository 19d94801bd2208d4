import { rm } from "node:fs/promises"
import { z } from "zod"
import { base64urlOf, ColumnName, Digest, Instant, integer, Name } from "../../../shared/json/fields.ts"
import { io, listFiles } from "../files.ts"
import { type Home, inHome, readHomeJson, writeHomeJson } from "../home.ts"

/** What the home keeps of one sealed version: its data key, and what drift is measured against. Mode 0600. */
export const SealedRecord = z.strictObject({
  asOf: Instant,
  bytes: integer(0, 2 ** 52),
  columns: z.array(z.strictObject({ name: ColumnName, nulls: integer(0, 4_000_000_000), type: z.string().max(20) })),
  contract: Digest,
  dataKey: base64urlOf(32),
  dataset: Name,
  format: z.literal("parley/sealed-record/v1"),
  lineage: base64urlOf(16),
  manifest: Digest,
  rows: integer(0, 4_000_000_000),
  sealedAt: Instant,
  version: integer(1, 1_000_000),
})
export type SealedRecord = z.infer<typeof SealedRecord>

/** All sealed versions whose keys this home has, oldest first. */
export async function sealedRecords(home: Home): Promise<readonly SealedRecord[]> {
  const names = await listFiles(inHome(home, "datasets"))
  const records = await Promise.all(names.map((name) => readHomeJson(home, `datasets/${name}`, SealedRecord)))
  return records.sort((a, b) => a.dataset.localeCompare(b.dataset) || a.version - b.version)
}

export async function lastVersion(home: Home, lineage: string): Promise<SealedRecord | null> {
  return (await sealedRecords(home)).filter((record) => record.lineage === lineage).at(-1) ?? null
}

export async function keepRecord(home: Home, record: SealedRecord): Promise<void> {
  await writeHomeJson(home, `datasets/${record.manifest}.json`, record)
}

/** Destroys the data key. Copies of the ciphertext may survive anywhere; without the key they stay closed. */
export async function destroyRecord(home: Home, manifest: string): Promise<void> {
  const path = inHome(home, "datasets", `${manifest}.json`)
  await io(path, () => rm(path))
}
