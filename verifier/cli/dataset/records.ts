import { rm } from "node:fs/promises"
import * as z from "zod"
import { base64urlOf, ColumnName, Digest, Instant, integer, Name } from "../../../shared/json/fields.ts"
import { io, listFiles } from "../files.ts"
import { type Home, inHome, readHomeJson, writeHomeJson } from "../home.ts"

/** What the home keeps of every sealed version: its data key, and what drift is measured against. Mode 0600. */
const common = {
  asOf: Instant,
  bytes: integer(0, 2 ** 52),
  contract: Digest,
  dataKey: base64urlOf(32),
  dataset: Name,
  lineage: base64urlOf(16),
  manifest: Digest,
  rows: integer(0, 4_000_000_000),
  sealedAt: Instant,
  version: integer(1, 1_000_000),
}

const Count = integer(0, 4_000_000_000)

/** A column of the input's own header, type as the local engine names it; nulls only where the contract uses it. */
const InputColumn = z.strictObject({ name: z.string(), nulls: Count.nullable(), type: z.string() })
export type InputColumn = z.infer<typeof InputColumn>

/** Records of the first format hold the contract's columns, which cannot drift; their keys still open their versions. */
const SealedRecord = z.discriminatedUnion("format", [
  z.strictObject({ ...common, format: z.literal("parley/sealed-record/v2"), input: z.array(InputColumn) }),
  z.strictObject({
    ...common,
    columns: z.array(z.strictObject({ name: ColumnName, nulls: Count, type: z.string().max(20) })),
    format: z.literal("parley/sealed-record/v1"),
  }),
])
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
