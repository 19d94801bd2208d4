import { mkdir, rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { generatedFiles } from "./files.ts"

/** Writes the cases anew: `node attestation-fixtures/generator/main.ts [--out DIR]`. */
const { values } = parseArgs({ options: { out: { type: "string" } } })
const out = values.out ?? fileURLToPath(new URL("../", import.meta.url))

const files = generatedFiles()
for (const folder of ["cases", "contracts"]) await rm(join(out, folder), { force: true, recursive: true })
for (const [path, bytes] of files) {
  await mkdir(dirname(join(out, path)), { recursive: true })
  await writeFile(join(out, path), bytes)
}
process.stdout.write(`${files.size} files\n`)
