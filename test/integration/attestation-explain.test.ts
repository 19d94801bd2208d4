import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { parleyFailure, parleyJson, runParley } from "../support/parley.ts"
import { hasShared, sharedPath } from "../support/shared-folder.ts"

interface Explained {
  readonly ends: { readonly at: number; readonly where: string } | null
  readonly facts: readonly { readonly id: string; readonly holds: boolean | null; readonly code: string | null }[]
  readonly kind: string
  readonly module_id: string | null
  readonly odd: readonly { readonly id: string }[]
  readonly region: string | null
  readonly unchecked: readonly { readonly what: string }[]
}

let folder: string
const path = (name: string) => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-explain-"))
})
afterAll(() => rm(folder, { force: true, recursive: true }))

async function explain(file: string, exit = 0, ...more: string[]): Promise<Explained> {
  return (await parleyJson(["attestation", "explain", file, ...more], exit)) as unknown as Explained
}

const facts = ({ facts: list }: Explained) => Object.fromEntries(list.map(({ code, holds, id }) => [id, code ?? holds]))
const odd = ({ odd: list }: Explained) => list.map(({ id }) => id)

const FOLDER = "evidence/nitro"
const available = hasShared(FOLDER)
const truth = available
  ? (JSON.parse(readFileSync(sharedPath(`${FOLDER}/truth.json`), "utf8")) as {
      documents: { file: string; kind: string; region: string; module_id?: string }[]
    })
  : { documents: [] }

/** What the verifier's own rules find about each kind of document, at its own timestamp. */
const HOLDS = { decoding: true, path: true, production: true, signature: true }
const KINDS: Readonly<Record<string, { exit: number; facts: object; odd: readonly string[] }>> = {
  debug: { exit: 0, facts: { ...HOLDS, production: "debug-mode" }, odd: ["debug-mode"] },
  malformed: {
    exit: 30,
    facts: { ...HOLDS, decoding: "cbor-malformed", production: null, signature: null },
    odd: ["unknown-fields"],
  },
  nitrotpm: { exit: 0, facts: { decoding: true, path: true, signature: true }, odd: ["nitrotpm"] },
  prod: { exit: 0, facts: HOLDS, odd: [] },
  "synthetic-otherroot": {
    exit: 0,
    facts: { ...HOLDS, "carried-root": true, path: "path-anchor-mismatch", production: "debug-mode" },
    odd: ["other-root", "instance-mismatch", "leaf-life"],
  },
  "tampered-sig": { exit: 0, facts: { ...HOLDS, signature: "cose-signature-invalid" }, odd: [] },
}
/** Findings that genuine production documents have among them; a document of AWS has no other. */
const USUAL = [
  "empty-fields",
  "zero-fields",
  "image-not-signed",
  "high-s",
  "over-documented-size",
  "short-nonce",
  "indefinite-map",
]

describe.runIf(available)("parley attestation explain, on documents that people got", () => {
  for (const { file, kind, module_id, region } of truth.documents) {
    it(`tells what ${file} is`, async () => {
      const expected = KINDS[kind]
      const explained = await explain(sharedPath(`${FOLDER}/${file}`), expected?.exit)
      expect(facts(explained)).toEqual(expected?.facts)
      expect(odd(explained)).toEqual(expect.arrayContaining([...(expected?.odd ?? [])]))
      if (kind === "prod") expect(odd(explained).filter((id) => !USUAL.includes(id))).toEqual([])
      if (module_id !== undefined) expect(explained.module_id).toBe(module_id)
      if (region !== "none") expect(explained.region).toBe(region)
      expect(explained.kind).toBe(kind === "nitrotpm" ? "nitrotpm" : "nitro-enclave")
      expect(explained.unchecked.map(({ what }) => what)).toContain("certificate revocation")
    })
  }

  it("has looked at all of them", () => {
    expect(truth.documents.length).toBe(18)
    expect([...new Set(truth.documents.map(({ kind }) => kind))].toSorted()).toEqual(Object.keys(KINDS).toSorted())
  })

  it("judges at --at, and reads base64 as it reads raw bytes", async () => {
    const [first] = truth.documents.filter(({ kind }) => kind === "prod")
    const raw = readFileSync(sharedPath(`${FOLDER}/${first?.file}`))
    await writeFile(path("document.txt"), raw.toString("base64").replace(/.{76}/g, "$&\n"))
    const today = await explain(path("document.txt"), 0, "--at", "2026-11-24T12:00:00Z")
    expect(facts(today)).toEqual({ ...HOLDS, path: "certificate-expired" })
    expect(today).toMatchObject({
      file: { bytes: raw.length, encoding: "base64", sha256: createHash("sha256").update(raw).digest("hex") },
      judged_at: { source: "--at", time: "2026-11-24T12:00:00.000Z" },
    })
  })

  it("says the same in words, and what to do", async () => {
    const [first] = truth.documents.filter(({ kind }) => kind === "tampered-sig")
    const { exit, stdout } = await runParley(["attestation", "explain", sharedPath(`${FOLDER}/${first?.file}`)])
    expect(exit).toBe(0)
    expect(stdout).toMatch(/holds +the chain leads to the pinned AWS Nitro root G1 at 2022-11-09T22:52:00.696Z/)
    expect(stdout).toMatch(/FAILS +the signature verifies under the leaf\n +\[cose-signature-invalid\]/)
    expect(stdout).toMatch(/measures i-04fd167167daacf3b/)
    expect(stdout).toMatch(/what to do: Do not release keys/)
  })

  it("shows a document that was cut, up to where it ends", async () => {
    const [first] = truth.documents.filter(({ kind }) => kind === "prod")
    await writeFile(path("cut"), readFileSync(sharedPath(`${FOLDER}/${first?.file}`)).subarray(0, 3000))
    const cut = await explain(path("cut"), 30)
    expect(cut.ends).toMatchObject({ at: expect.any(Number), where: expect.stringMatching(/cabundle|certificate/) })
    expect(cut.module_id).toBe(first?.module_id)
    const { stdout } = await runParley(["attestation", "explain", path("cut")])
    expect(stdout).toMatch(/readable +to byte \d+ of 3000, in the payload, field \w+: the file ends/)
  })
})

describe("parley attestation explain, on a document of the simulator", () => {
  const fixtures = fileURLToPath(new URL("../../attestation-fixtures/", import.meta.url))
  const document = `${fixtures}cases/accepted/session/document.bin`

  it("says SIMULATED under the root that it is given, and what Parley's statement is", async () => {
    const explained = await explain(document, 0, "--trust-root", `${fixtures}simulated-root.pem`)
    expect(facts(explained)).toEqual(HOLDS)
    expect(explained).toMatchObject({ simulated: true, user_data: { parley: { type: "parley/session/v1" } } })
    const { stdout } = await runParley([
      "attestation",
      "explain",
      document,
      "--trust-root",
      `${fixtures}simulated-root.pem`,
    ])
    expect(stdout).toMatch(/^SIMULATED/)
    expect(stdout).toMatch(/the chain leads to SIMULATED root at/)
  })

  it("takes its root for nobody's without that option", async () => {
    const explained = await explain(document)
    expect(facts(explained)).toEqual({ ...HOLDS, "carried-root": true, path: "path-anchor-mismatch" })
    expect(odd(explained)).toContain("other-root")
  })
})

describe("parley attestation explain, on anything else", () => {
  const random = createHash("shake256", { outputLength: 4000 }).update("random bytes").digest()
  const garbage: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ["random bytes", random, /Fetch the document again/],
    ["an empty file", new Uint8Array(), /The file is empty/],
    ["a JPEG", Buffer.concat([Buffer.from("ffd8ffe000104a464946000101", "hex"), random]), /JPEG/],
    ["JSON around a document", Buffer.from('{"attestation_document":"hEShATgi"}'), /JSON/],
    ["hex", Buffer.from("8444a1013822a0\n"), /xxd -r -p/],
    ["text", Buffer.from("no document at all\n"), /Fetch the document again/],
  ]
  for (const [what, bytes, todo] of garbage) {
    it(`says that ${what} cannot be read, exit 30`, async () => {
      await writeFile(path("garbage"), bytes)
      const explained = await explain(path("garbage"), 30)
      expect(explained.kind).toBe("unknown")
      expect(explained.ends).not.toBeNull()
      expect(facts(explained)).toMatchObject({ path: null, production: null, signature: null })
      const { exit, stderr, stdout } = await runParley(["attestation", "explain", path("garbage")])
      expect([exit, stderr]).toEqual([30, ""])
      expect(stdout.trimEnd().split("\n").at(-1)).toMatch(/^what to do: /)
      expect(stdout).toMatch(todo)
    })
  }

  it("says what is wrong with a path, an option, a size", async () => {
    const failure = (...args: string[]) => parleyFailure(["attestation", "explain", ...args])
    expect(await failure(folder)).toMatchObject({ code: "file-io", exit: 74 })
    expect(await failure(path("nowhere"))).toMatchObject({ code: "file-missing", exit: 74 })
    expect(await failure()).toMatchObject({ code: "usage", exit: 64 })
    await writeFile(path("empty"), "")
    expect(await failure(path("empty"), "--at", "yesterday")).toMatchObject({ code: "usage", exit: 64 })
    await writeFile(path("large"), new Uint8Array(300_000))
    expect(await failure(path("large"))).toMatchObject({ code: "document-too-large", exit: 30 })
  })

  it("teaches by its help", async () => {
    const { stdout } = await runParley(["attestation", "explain", "--help"])
    expect(stdout).toMatch(/parley attestation explain doc.bin/)
    expect(stdout).toMatch(/explains and never accepts/)
    expect((await runParley(["attestation", "verify", "--help"])).stdout).toMatch(/"pcrs": \{/)
  })
})
