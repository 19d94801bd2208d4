import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"

const PARLEY = fileURLToPath(new URL("../../../verifier/cli/parley.ts", import.meta.url))

/** Tells on stderr what a process loads. */
const TELL = `data:text/javascript,${encodeURIComponent(
  'import { registerHooks } from "node:module"; registerHooks({ load: (url, context, next) => (process.stderr.write("loads " + url + "\\n"), next(url, context)) })',
)}`

function loadedBy(...args: readonly string[]): readonly string[] {
  const { stderr } = spawnSync(process.execPath, ["--import", TELL, PARLEY, ...args], { encoding: "utf8" })
  return stderr.split("\n").filter((line) => line.startsWith("loads file:"))
}

const HEAVY = /node_modules\/(?:zod|jose|@duckdb|@peculiar|@tus|tus-js-client|reflect-metadata)\//

describe("parley attestation verify", () => {
  it("loads neither the schemas, nor the database, nor any other noun's commands", () => {
    const loaded = loadedBy(
      "attestation",
      "verify",
      "--document",
      PARLEY,
      "--at",
      "2026-11-24T12:00:00Z",
      "--policy",
      PARLEY,
    )
    expect(loaded.filter((line) => HEAVY.test(line))).toEqual([])
    expect(loaded.some((line) => line.endsWith("attestation/verify-document.ts"))).toBe(true)
    expect(loaded.some((line) => line.endsWith("cli/contract/index.ts"))).toBe(false)
  })

  it("is not all there is: help loads every noun", () => {
    const loaded = loadedBy("--help")
    expect(loaded.filter((line) => /verifier\/cli\/[a-z]+\/index\.ts$/.test(line)).length).toBe(17)
    expect(loaded.some((line) => HEAVY.test(line))).toBe(true)
  })
})
