import { createHash } from "node:crypto"
import { readdir, readFile } from "node:fs/promises"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { io } from "../files.ts"

const CHECKOUT = fileURLToPath(new URL("../../../", import.meta.url))

/** Stand-ins for an image's measurements, SHA-384 in hex. They measure source files, and no machine vouches for them. */
export interface SimulatedMeasurements {
  readonly pcr0: string
  readonly pcr1: string
  readonly pcr2: string
}

/**
 * SIMULATED measurements of a checkout. PCR0: every source file of `enclave/` and `shared/` and the lockfile, as lines
 * of "SHA-256 path"; PCR1: the runtime's version; PCR2: the lines of `enclave/` and `shared/` alone.
 */
export async function simulatedMeasurements(checkout: string = CHECKOUT): Promise<SimulatedMeasurements> {
  const sources = [...(await lines(checkout, "enclave")), ...(await lines(checkout, "shared"))]
  const lock = await line(checkout, join(checkout, "package-lock.json"))
  const measure = (text: string) => createHash("sha384").update(`SIMULATED\n${text}`).digest("hex")
  return {
    pcr0: measure([...sources, lock].join("\n")),
    pcr1: measure(`node ${process.version}`),
    pcr2: measure(sources.join("\n")),
  }
}

async function lines(checkout: string, folder: string): Promise<readonly string[]> {
  const entries = await io(folder, () => readdir(join(checkout, folder), { recursive: true, withFileTypes: true }))
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort()
  return Promise.all(paths.map((path) => line(checkout, path)))
}

async function line(checkout: string, path: string): Promise<string> {
  const digest = createHash("sha256")
    .update(await io(path, () => readFile(path)))
    .digest("hex")
  return `${digest} ${relative(checkout, path)}`
}
