import { mkdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import * as z from "zod"
import type { Failure } from "./loop.ts"
import type { Input } from "./target.ts"

/** A failing input as a file: what was tried, and everything that is needed to try it again. */
const FailureFile = z.strictObject({
  base: z.string(),
  bytes: z.base64(),
  index: z.int(),
  mutations: z.array(z.string()),
  reason: z.string(),
  seed: z.int(),
  target: z.string(),
})

/** Writes the failure and returns the command that tries it again. */
export async function keep(folder: string, { index, input, reason, seed, target }: Failure): Promise<string> {
  await mkdir(folder, { recursive: true })
  const path = join(folder, `${target}-${seed}-${index}.json`)
  const bytes = Buffer.from(input.bytes).toString("base64")
  const { base, mutations } = input
  await writeFile(path, `${JSON.stringify({ base, bytes, index, mutations, reason, seed, target }, null, 2)}\n`)
  return `npm run fuzz -- --replay ${path}`
}

/** The input of a kept failure, byte for byte: generators may have changed since. */
export async function kept(path: string): Promise<{ readonly input: Input; readonly target: string }> {
  const { base, bytes, mutations, target } = FailureFile.parse(JSON.parse(await readFile(path, "utf8")))
  return { input: { base, bytes: new Uint8Array(Buffer.from(bytes, "base64")), mutations }, target }
}
