import { gzipSync } from "node:zlib"
import { beforeAll, describe, expect, it } from "vitest"
import { type Bundle, bundleLibrary } from "../../verifier/web/bundle.ts"

const LIMIT = 150_000
/** Names that Node gives and browsers do not. */
const NODE_GLOBALS = [
  "Buffer",
  "process",
  "require",
  "global",
  "module",
  "exports",
  "__dirname",
  "__filename",
  "setImmediate",
]

let bundle: Bundle

beforeAll(async () => {
  bundle = await bundleLibrary()
})

describe("the library as one file for browsers", () => {
  it("has at most 150 KB gzipped", () => {
    const size = gzipSync(bundle.bytes, { level: 9 }).length
    console.log(`bundle: ${bundle.bytes.length} bytes, ${size} gzipped, at most ${LIMIT}`)
    expect(size).toBeLessThanOrEqual(LIMIT)
    expect(size).toBeGreaterThan(10_000)
  })

  it("imports nothing and exports what the library exports", async () => {
    const [[, output] = []] = Object.entries(bundle.metafile.outputs)
    expect(output?.imports).toEqual([])
    expect(output?.exports.toSorted()).toEqual(Object.keys(await import("../../verifier/index.ts")).toSorted())
    const inputs = Object.keys(bundle.metafile.inputs)
    expect(inputs.length).toBeGreaterThan(50)
    expect(
      inputs.filter(
        (input) => input.startsWith("node:") || /^(?:enclave|host|attestation-fixtures|test)\//.test(input),
      ),
    ).toEqual([])
  })

  it("is the same bytes every time", async () => {
    expect(Buffer.from((await bundleLibrary()).bytes).equals(bundle.bytes)).toBe(true)
  })

  it("looks for nothing that only Node gives", async () => {
    const marks = Object.fromEntries(NODE_GLOBALS.map((name) => [name, `PARLEY_MARK_${name}`]))
    const { bytes } = await bundleLibrary(marks)
    const found =
      Buffer.from(bytes)
        .toString("utf8")
        .match(/PARLEY_MARK_\w+/g) ?? []
    expect([...new Set(found)]).toEqual([])
  })

  it("would see it if it did: the same look finds TextEncoder", async () => {
    const { bytes } = await bundleLibrary({ TextEncoder: "PARLEY_MARK_TextEncoder" })
    expect(Buffer.from(bytes).toString("utf8")).toContain("PARLEY_MARK_TextEncoder")
  })
})
