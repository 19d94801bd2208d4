import { readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"

const CHECKOUT = fileURLToPath(new URL("../../", import.meta.url))
const IMPORT = /(?:import|export)\b[^;"']*?\bfrom\s*"([^"]+)"|import\s*\(?\s*"([^"]+)"/g
const READER = /^shared\/(?:cbor|cose|attestation|json|signed|contract)\/|^verifier\//

/** Files and packages that a module reaches. */
function reach(entry: string) {
  const files = new Set<string>()
  const packages = new Set<string>()
  const waiting = [join(CHECKOUT, entry)]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (files.has(relative(CHECKOUT, file))) continue
    files.add(relative(CHECKOUT, file))
    for (const [, from, bare] of readFileSync(file, "utf8").matchAll(IMPORT)) {
      const target = from ?? bare ?? ""
      if (target.startsWith(".")) waiting.push(join(dirname(file), target))
      else
        packages.add(
          target
            .split("/")
            .slice(0, target.startsWith("@") ? 2 : 1)
            .join("/"),
        )
    }
  }
  return { files: [...files].sort(), packages: [...packages].sort() }
}

describe("what the generator of the cases is made of", () => {
  const { files, packages } = reach("attestation-fixtures/generator/main.ts")

  it("shares no reader with the verifier", () => {
    expect(files.filter((file) => READER.test(file))).toEqual([])
    expect(files.filter((file) => file.startsWith("shared/"))).toEqual([
      "shared/bytes.ts",
      "shared/errors/attestation.ts",
      "shared/errors/enclave.ts",
      "shared/errors/exit-codes.ts",
      "shared/errors/host.ts",
      "shared/errors/index.ts",
      "shared/errors/protocol.ts",
      "shared/errors/sealing.ts",
      "shared/errors/session.ts",
      "shared/errors/tools.ts",
    ])
    expect(packages.filter((name) => !name.startsWith("node:"))).toEqual(["@noble/curves", "@noble/hashes"])
  })

  it("was walked, and the walk would have seen a reader", () => {
    expect(files.length).toBeGreaterThan(50)
    expect(files).toContain("attestation-fixtures/software-nsm/key-pair.ts")
    const verifier = reach("verifier/index.ts").files.filter((file) => READER.test(file))
    expect(verifier.length).toBeGreaterThan(20)
    expect(verifier).toContain("shared/cbor/decode.ts")
  })
})
