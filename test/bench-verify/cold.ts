import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { type Genuine, writePolicy } from "./corpus.ts"
import { median } from "./median.ts"

const PARLEY = fileURLToPath(new URL("../../verifier/cli/parley.ts", import.meta.url))

/** Milliseconds from the shell's start of `parley attestation verify` to its end: a fresh process per document. */
export function coldStarts(folder: string, documents: readonly Genuine[]): readonly number[] {
  return documents.map((document) => {
    const policy = writePolicy(folder, document)
    const args = ["--document", document.path, "--at", document.at.toISOString(), "--policy", policy, "--json"]
    const start = performance.now()
    const { status, stdout } = spawnSync(process.execPath, [PARLEY, "attestation", "verify", ...args], {
      encoding: "utf8",
    })
    const milliseconds = performance.now() - start
    if (status !== 0 || !stdout.includes('"verdict":"accepted"')) throw new Error(`parley refuses ${document.file}`)
    return milliseconds
  })
}

/** The same for a program that does nothing: what starting Node costs here. */
export function emptyStart(): number {
  return median(
    [1, 2, 3, 4, 5].map(() => {
      const start = performance.now()
      spawnSync(process.execPath, ["-e", "0"])
      return performance.now() - start
    }),
  )
}
