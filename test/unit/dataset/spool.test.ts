import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { utf8 } from "../../../shared/bytes.ts"
import { spool } from "../../../verifier/cli/dataset/spool.ts"

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-spool-"))
})
afterAll(() => rm(folder, { force: true, recursive: true }))

/** A pipe that hands over `size` bytes at a time. */
async function* inPieces(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const text = utf8("id,balance\nada,1\n")

describe("standing input", () => {
  it.each([1, 3, 1000])("is told by its first bytes, %d at a time", async (size) => {
    for (const [bytes, name] of [
      [text, "stdin"],
      [gzipSync(text), "stdin"],
      [utf8("PAR1 and more"), "stdin.parquet"],
      [utf8("x"), "stdin"],
      [new Uint8Array(), "stdin"],
    ] as const) {
      const path = await spool(inPieces(bytes, size), folder)
      expect(path).toBe(join(folder, name))
      const expected = bytes[0] === 0x1f ? text : bytes
      expect(new Uint8Array(await readFile(path))).toEqual(new Uint8Array(expected))
    }
  })

  it("that begins like gzip and is not is refused", async () => {
    const bytes = new Uint8Array([0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    await expect(spool(inPieces(bytes, 5), folder)).rejects.toMatchObject({ code: "input-unreadable" })
  })
})
