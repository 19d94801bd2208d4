import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { makeChain, makeRoot } from "../../attestation-fixtures/software-nsm/chain.ts"
import { type DocumentFields, signDocument } from "../../attestation-fixtures/software-nsm/document.ts"
import { extendedOnce } from "../../shared/attestation/binding.ts"
import { type Bytes, fromHex, toHex } from "../../shared/bytes.ts"
import { canonicalBytes } from "../../shared/json/canonical.ts"
import { objectDigest } from "../../shared/signed/kinds.ts"
import { testContract } from "../support/contract.ts"
import { parleyFailure, parleyJson, runParley } from "../support/parley.ts"
import { hasShared, sharedPath } from "../support/shared-folder.ts"

const at = new Date("2026-11-24T12:00:00Z")
const seed = new Uint8Array(48).fill(9)
const root = makeRoot(seed, new Date("2026-01-01T00:00:00Z"))
const moduleId = "i-0123456789abcdef0-enc0123456789abcdef"
const chain = makeChain(root, seed, moduleId, at)
const register = (byte: number) => new Uint8Array(48).fill(byte)
const nonce = toHex(new Uint8Array(32).fill(4))
let folder: string
let good: DocumentFields

const path = (name: string) => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-attestation-"))
  const contract = await testContract()
  contract.evidence.images = [{ label: "test", pcr0: hex(10), pcr1: hex(11), pcr2: hex(12) }]
  const bytes = canonicalBytes(contract)
  await writeFile(path("contract.json"), bytes)
  const pem = Buffer.from(root.certificate).toString("base64")
  await writeFile(path("root.pem"), `-----BEGIN CERTIFICATE-----\n${pem}\n-----END CERTIFICATE-----\n`)
  const policy = {
    debug: "reject",
    format: "aws-nitro",
    maxAgeSeconds: 300,
    nonce,
    pcrs: { 0: [hex(10)], 1: [hex(11)], 2: [hex(12)] },
  }
  await writeFile(path("policy.json"), JSON.stringify(policy))
  await writeFile(path("zeros.json"), JSON.stringify({ ...policy, pcrs: { ...policy.pcrs, 0: ["00".repeat(48)] } }))
  await writeFile(path("pcr8.json"), JSON.stringify({ ...policy, pcrs: { 8: [hex(10)] } }))
  good = {
    moduleId,
    nonce: fromHex(nonce),
    pcrs: new Map([
      [0, register(10)],
      [1, register(11)],
      [2, register(12)],
      [16, extendedOnce(fromHex(objectDigest("contract", bytes)))],
    ]),
    publicKey: null,
    timestamp: at.getTime(),
    userData: null,
  }
})

afterAll(() => rm(folder, { force: true, recursive: true }))

const hex = (byte: number) => toHex(register(byte))
const withPcr = (index: number, value: Bytes): DocumentFields => ({
  ...good,
  pcrs: new Map([...good.pcrs, [index, value]]),
})

async function args(document: Uint8Array, ...extra: string[]): Promise<string[]> {
  await writeFile(path("document"), document)
  const fixed = ["attestation", "verify", "--document", path("document"), "--trust-root", path("root.pem")]
  return [...fixed, "--at", at.toISOString(), ...extra]
}

const byPolicy = async (document: Uint8Array) => args(document, "--policy", path("policy.json"))
const byContract = async (document: Uint8Array) => args(document, "--contract", path("contract.json"), "--nonce", nonce)

describe("parley attestation verify", () => {
  it("accepts, says SIMULATED, and lists what it did not check", async () => {
    const judged = await parleyJson(await byContract(signDocument(good, chain)))
    expect(judged).toMatchObject({ code: null, simulated: true, stage: null, verdict: "accepted" })
    expect(judged.checked).toContain("PCR16 is the contract")
    expect((judged.unchecked as { what: string }[]).map(({ what }) => what)).toEqual([
      "certificate revocation",
      "freshness",
      "PCR17, user_data and public_key",
    ])
    const { stdout } = await runParley(await byPolicy(signDocument(good, chain)))
    expect(stdout).toMatch(/^SIMULATED/)
  })

  const refused: Readonly<Record<string, readonly [() => Promise<string[]>, string, number]>> = {
    "another contract": [() => byContract(signDocument(withPcr(16, register(1)), chain)), "binding-contract", 10],
    "another image": [() => byPolicy(signDocument(withPcr(1, register(99)), chain)), "measurement-mismatch", 10],
    "another nonce": [
      () => byPolicy(signDocument({ ...good, nonce: new Uint8Array(32) }, chain)),
      "nonce-mismatch",
      10,
    ],
    "another root": [
      async () =>
        (await byPolicy(signDocument(good, chain))).filter((arg) => arg !== "--trust-root" && arg !== path("root.pem")),
      "path-anchor-mismatch",
      10,
    ],
    "a cut document": [() => byPolicy(signDocument(good, chain).subarray(0, 900)), "cbor-malformed", 30],
    "a stale document": [
      () => byPolicy(signDocument({ ...good, timestamp: at.getTime() - 301_000 }, chain)),
      "document-stale",
      10,
    ],
    "debug mode": [() => byPolicy(signDocument(withPcr(0, register(0)), chain)), "debug-mode", 10],
  }
  for (const [name, [command, code, exit]] of Object.entries(refused)) {
    it(`refuses ${name}: ${code}, exit ${exit}`, async () => {
      const judged = await parleyJson(await command(), exit)
      expect(judged).toMatchObject({ code, verdict: exit === 30 ? "malformed" : "rejected" })
      expect(judged.stage).not.toBeNull()
    })
  }

  it("refuses policies that would accept anything, and questions that are not complete", async () => {
    const document = signDocument(good, chain)
    for (const policy of ["zeros.json", "pcr8.json"]) {
      const failure = await parleyFailure(await args(document, "--policy", path(policy)))
      expect(failure).toMatchObject({ code: "policy-invalid", exit: 30 })
    }
    expect(await parleyFailure(await args(document))).toMatchObject({ code: "usage", exit: 64 })
    const local = (await byPolicy(document)).map((arg) => (arg === at.toISOString() ? "2026-11-24T12:00:00" : arg))
    expect(await parleyFailure(local)).toMatchObject({ code: "usage", exit: 64 })
    expect(await parleyFailure(await args(document, "--policy", path("nowhere")))).toMatchObject({ exit: 74 })
  })

  it.runIf(hasShared("evidence/nitro"))("says of a NitroTPM document that it is unsupported, exit 20", async () => {
    const truth = JSON.parse(await readFile(sharedPath("evidence/nitro/truth.json"), "utf8")) as {
      documents: { file: string; kind: string }[]
    }
    const files = truth.documents.filter(({ kind }) => kind === "nitrotpm").map(({ file }) => file)
    expect(files.length).toBe(1)
    for (const file of files) {
      const command = await byPolicy(await readFile(sharedPath(`evidence/nitro/${file}`)))
      expect(await parleyJson(command, 20)).toMatchObject({ code: "nitrotpm-unsupported", verdict: "unsupported" })
    }
  })
})
