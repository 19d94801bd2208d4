import { createHash } from "node:crypto"
import { mkdir, writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { bundleLibrary } from "./bundle.ts"

/** `npm run bundle`: writes the library to `dist/`, and says how large it is and what its digest is. */
const dist = fileURLToPath(new URL("../../dist/", import.meta.url))
const { bytes } = await bundleLibrary()
await mkdir(dist, { recursive: true })
await writeFile(`${dist}parley-verifier.js`, bytes)
const digest = createHash("sha256").update(bytes).digest("hex")
process.stdout.write(`dist/parley-verifier.js ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} gzipped\n`)
process.stdout.write(`SHA-256 ${digest}\n`)
