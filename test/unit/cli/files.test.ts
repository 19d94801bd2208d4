import { mkdtemp, readdir, readFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "vitest"
import { writeAtomically } from "../../../verifier/cli/files.ts"

it("one process writes the same file many times at once: each write is whole, and nothing else stays", async () => {
  const folder = await mkdtemp(join(tmpdir(), "parley-files-"))
  const path = join(folder, "file")
  const bodies = Array.from({ length: 40 }, (_, i) => String(i).padStart(2, "0").repeat(3000))
  await Promise.all(bodies.map((body) => writeAtomically(path, body)))
  expect(bodies).toContain(await readFile(path, "utf8"))
  expect(await readdir(folder)).toEqual(["file"])
})
