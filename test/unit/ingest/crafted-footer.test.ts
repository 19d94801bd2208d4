import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { openLocked } from "../../../enclave/engine/locked-duckdb.ts"
import { validate } from "../../../enclave/ingest/validate.ts"
import { integerColumn, testDataset, textColumn } from "../../support/datasets.ts"
import { plainDuckDb } from "../../support/join-counts.ts"
import { expectCode } from "../../support/rejects.ts"

const VICTIM = 400_001n
const dataset = testDataset("accounts", "bank", [
  integerColumn("balance", "measure", 0, 1000),
  textColumn("region", ["east", "west"]),
])
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-footer-"))
})

afterAll(() => rm(folder, { force: true, recursive: true }))

/** A sealed table's plaintext with one row that breaks a rule, and a footer edited to deny it. */
async function crafted(name: string, row: string, edit: (footer: Buffer) => Buffer): Promise<string> {
  const file = join(folder, `${name}.parquet`)
  const good = "SELECT md5(i::VARCHAR)::UUID AS id, (i % 900)::BIGINT AS balance, 'east' AS region FROM range(500) r(i)"
  await plainDuckDb(`COPY (SELECT * FROM (${good} UNION ALL ${row}) ORDER BY id) TO '${file}' (FORMAT parquet)`)
  const bytes = await readFile(file)
  const length = bytes.readUInt32LE(bytes.length - 8)
  const start = bytes.length - 8 - length
  const footer = edit(Buffer.from(bytes.subarray(start, start + length)))
  expect(footer.length).toBe(length)
  await writeFile(file, Buffer.concat([bytes.subarray(0, start), footer, bytes.subarray(bytes.length - 8)]))
  return file
}

async function judged(file: string) {
  const spillFolder = join(folder, "spill")
  await mkdir(spillFolder, { recursive: true })
  const engine = await openLocked({
    folders: [folder],
    inOrder: true,
    memoryBytes: 256 * 1024 * 1024,
    spillFolder,
    threads: 1,
  })
  const limits = { memoryBytes: 256 * 1024 * 1024, spillFolder, threads: 1 }
  return validate(engine, { dataset, expectedRows: 501, files: [file], ...limits })
}

const int64 = (value: bigint) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(value)
  return bytes
}

/** Replaces every occurrence, and fails when there is none: an attack that was not mounted proves nothing. */
function replaced(footer: Buffer, from: Buffer, to: Buffer): Buffer {
  let edits = 0
  for (let at = footer.indexOf(from); at !== -1; at = footer.indexOf(from, at + 1)) {
    to.copy(footer, at)
    edits++
  }
  expect(edits).toBeGreaterThan(0)
  return footer
}

describe("a crafted Parquet footer", () => {
  it("cannot hide a value beyond the range: statistics are the owner's word, cells are counted", async () => {
    const row = `SELECT '${"f".repeat(8)}-0000-0000-0000-000000000000'::UUID, ${VICTIM}, 'east'`
    const file = await crafted("range", row, (footer) => replaced(footer, int64(VICTIM), int64(900n)))
    await expectCode("dataset-invalid", () => judged(file))
  })

  it("cannot hide a text outside the domain", async () => {
    const row = "SELECT '00000000-0000-0000-0000-000000000001'::UUID, 5, 'zest'"
    const file = await crafted("domain", row, (footer) => replaced(footer, Buffer.from("zest"), Buffer.from("east")))
    await expectCode("dataset-invalid", () => judged(file))
  })

  it("cannot hide an empty cell", async () => {
    const row = "SELECT '00000000-0000-0000-0000-000000000001'::UUID, NULL, 'east'"
    // Thrift compact protocol: null_count is field 3 of Statistics, an i64, here after field 2; 1 is written 02.
    const file = await crafted("null", row, (footer) =>
      replaced(footer, Buffer.from([0x16, 0x02]), Buffer.from([0x16, 0x00])),
    )
    await expectCode("dataset-invalid", () => judged(file))
  })

  it("is not what makes the honest file pass", async () => {
    const row = "SELECT '00000000-0000-0000-0000-000000000001'::UUID, 5, 'east'"
    expect(await judged(await crafted("honest", row, (footer) => footer))).toEqual({ unique: true })
  })
})
