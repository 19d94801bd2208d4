import { readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"

const CHECKOUT = fileURLToPath(new URL("../../", import.meta.url))
const IMPORT =
  /(?:import|export)\b[^;"']*?\bfrom\s*"([^"]+)"|import\s*\(?"([^"]+)"\)?|new URL\("(\.[^"]+\.ts)", import\.meta\.url\)/g

/** Every file and package that an entry point reaches; programs that it starts by their URL included, unless told. */
function closure(
  entries: readonly string[],
  { programs } = { programs: true },
): {
  readonly files: ReadonlySet<string>
  readonly packages: ReadonlySet<string>
} {
  const files = new Set<string>()
  const packages = new Set<string>()
  const waiting = entries.map((entry) => join(CHECKOUT, entry))
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    const name = relative(CHECKOUT, file)
    if (files.has(name)) continue
    files.add(name)
    for (const [, from, bare, program] of readFileSync(file, "utf8").matchAll(IMPORT)) {
      if (program !== undefined && !programs) continue
      const target = from ?? bare ?? program ?? ""
      if (target.startsWith(".")) waiting.push(join(dirname(file), target))
      else if (!target.startsWith("node:")) packages.add(packageName(target))
    }
  }
  return { files, packages }
}

function packageName(target: string): string {
  return target
    .split("/")
    .slice(0, target.startsWith("@") ? 2 : 1)
    .join("/")
}

function rooms(files: ReadonlySet<string>): readonly string[] {
  return [...new Set([...files].map((file) => file.split("/")[0] ?? ""))].sort()
}

describe("walls between the rooms", () => {
  it("lets the enclave reach shared alone, and few packages", () => {
    const { files, packages } = closure(["enclave/main.ts"])
    expect(rooms(files)).toEqual(["enclave", "shared"])
    expect(files.size).toBeGreaterThan(80)
    expect([...packages].sort()).toEqual(["@duckdb/node-api", "@noble/hashes", "canonicalize", "jose", "zod"])
    expect([...files]).toContain("enclave/engine/main.ts")
    expect([...files]).toContain("enclave/ingest/main.ts")
    expect([...files]).toContain("enclave/run/decryption/main.ts")
  })

  it("keeps the software NSM out of everything that is measured or that judges", () => {
    for (const entry of ["enclave/main.ts", "verifier/index.ts", "verifier/cli/parley.ts"]) {
      const { files } = closure([entry])
      expect(files.size, entry).toBeGreaterThan(40)
      expect([...files].filter((file) => file.startsWith("attestation-fixtures"))).toEqual([])
    }
  })

  it("lets the host import neither the enclave nor the software NSM: it starts them as processes", () => {
    const { files } = closure(["host/parley-host.ts"], { programs: false })
    expect(files.size).toBeGreaterThan(60)
    expect(rooms(files)).toEqual(["host", "shared", "verifier"])
    // The same look with programs sees what `init` starts, and nothing of the enclave: the check can fail.
    const started = [...closure(["host/parley-host.ts"]).files].filter((file) => !files.has(file))
    expect(started).toContain("attestation-fixtures/software-nsm/make-root.ts")
    expect(started.filter((file) => file.startsWith("enclave/"))).toEqual([])
  })

  it("lets the verifier reach shared alone", () => {
    expect(rooms(closure(["verifier/index.ts"]).files)).toEqual(["shared", "verifier"])
    expect(rooms(closure(["verifier/cli/parley.ts"]).files)).toEqual(["shared", "verifier"])
  })

  it("gives the verifier library only packages that run in browsers", () => {
    const { packages } = closure(["verifier/index.ts"])
    expect([...packages].sort()).toEqual(["@noble/curves", "@noble/hashes", "canonicalize", "jose", "zod"])
  })

  it("lets the software NSM reach shared alone", () => {
    const { files } = closure([
      "attestation-fixtures/software-nsm/main.ts",
      "attestation-fixtures/software-nsm/make-root.ts",
    ])
    expect(rooms(files)).toEqual(["attestation-fixtures", "shared"])
  })
})
