import { createHash, randomBytes } from "node:crypto"
import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { makeRoot } from "./chain.ts"

/** Makes a SIMULATED root: `root.json` (secret, 0600) and `root.pem` (to give to the parties). */
const { values } = parseArgs({ options: { out: { type: "string" } } })
if (values.out === undefined) {
  process.stderr.write("usage: make-root --out DIR\n")
  process.exit(64)
}
const seed = randomBytes(48)
const created = new Date(Math.floor(Date.now() / 1000) * 1000)
const { certificate } = makeRoot(seed, created)
const file = { created: created.toISOString(), format: "parley/simulated-root/v1", seed: seed.toString("hex") }
const lines =
  Buffer.from(certificate)
    .toString("base64")
    .match(/.{1,64}/g) ?? []
await mkdir(values.out, { mode: 0o700, recursive: true })
await writeFile(join(values.out, "root.json"), JSON.stringify(file), { flag: "wx", mode: 0o600 })
await writeFile(
  join(values.out, "root.pem"),
  `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`,
)
process.stdout.write(`SIMULATED root ${createHash("sha256").update(certificate).digest("hex")}\n`)
