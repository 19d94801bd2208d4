import { existsSync, readFileSync } from "node:fs"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { makeChain, makeRoot } from "../../attestation-fixtures/software-nsm/chain.ts"
import { type DocumentFields, signDocument } from "../../attestation-fixtures/software-nsm/document.ts"
import { extendedOnce } from "../../shared/attestation/binding.ts"
import { type Bytes, concat, fromHex, toHex, utf8 } from "../../shared/bytes.ts"
import { canonicalBytes } from "../../shared/json/canonical.ts"
import { objectDigest } from "../../shared/signed/kinds.ts"
import { testContract } from "../support/contract.ts"
import { GOOD_SECTIONS, imageOf } from "../support/image.ts"
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

/** Writes an image, measures it through the command line, and gives the registers that its enclave would report. */
async function measuredRegisters(image: Uint8Array, policy = "measured.json"): Promise<DocumentFields["pcrs"]> {
  await writeFile(path("enclave.eif"), image)
  const { image: measured } = await parleyJson(["image", "measure", path("enclave.eif"), "--policy", path(policy)])
  const { pcr0, pcr1, pcr2 } = measured as Readonly<Record<string, string>>
  return new Map([pcr0, pcr1, pcr2].map((value, index) => [index, fromHex(value ?? "")] as const))
}

/** What scripts find in every verdict, whatever it is. */
const MEMBERS = ["checked", "code", "evidence", "simulated", "stage", "unchecked", "verdict"]

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
      expect(Object.keys(judged).sort()).toEqual(MEMBERS)
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

  it("judges at no time that is not on the calendar", async () => {
    const command = await byPolicy(signDocument(good, chain))
    for (const time of ["2026-02-29T12:00:00Z", "2026-11-24T24:00:00Z"]) {
      const failure = await parleyFailure(command.map((arg) => (arg === at.toISOString() ? time : arg)))
      expect(failure).toMatchObject({ code: "usage", exit: 64 })
    }
  })

  it("lets a policy's reason forge no line of the verdict", async () => {
    const reason = "old\nchecked    PCR16 is the contract\u001b[2J\u009b1A\u202e"
    const policy = { debug: "reject", format: "aws-nitro", maxAgeSeconds: { unchecked: reason }, nonce }
    const pcrs = { 0: [hex(10)], 1: [hex(11)], 2: [hex(12)] }
    await writeFile(path("forging.json"), JSON.stringify({ ...policy, pcrs }))
    const command = await args(signDocument(good, chain), "--policy", path("forging.json"))
    const { exit, stdout } = await runParley(command)
    expect(exit).toBe(0)
    expect(stdout.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(stdout.split("\n").filter((line) => line.startsWith("checked    PCR16"))).toEqual([])
    expect((await parleyJson(command)).unchecked).toContainEqual({ reason, what: "freshness" })
  })

  it("does not look into a document that is too large", async () => {
    const document = concat(signDocument(good, chain), new Uint8Array(64 * 1024))
    expect(await parleyJson(await byPolicy(document), 30)).toMatchObject({ code: "document-too-large", evidence: null })
  })

  it("takes a policy that `image measure` wrote, with the nonce beside it", async () => {
    const measured = await parleyJson(["image", "measure", "--simulated", "--policy", path("measured.json")])
    const { pcr0, pcr1, pcr2 } = measured.image as Readonly<Record<string, string>>
    const pcrs = [pcr0, pcr1, pcr2].map((value, index) => [index, fromHex(value ?? "")] as const)
    const document = signDocument({ ...good, pcrs: new Map(pcrs) }, chain)
    const command = await args(document, "--policy", path("measured.json"), "--nonce", nonce)
    expect(await parleyJson(command)).toMatchObject({ checked: expect.arrayContaining(["nonce"]), verdict: "accepted" })
    const other = await args(signDocument(good, chain), "--policy", path("measured.json"), "--nonce", nonce)
    expect(await parleyJson(other, 10)).toMatchObject({ code: "measurement-mismatch" })
  })

  it("takes a policy that `image measure` wrote from an image file, and no document of that image with a byte changed", async () => {
    const pinned = await measuredRegisters(imageOf({ sections: GOOD_SECTIONS }))
    const changed = GOOD_SECTIONS.map(
      ([kind, content]) => [kind, kind === "cmdline" ? utf8("debug") : content] as const,
    )
    const other = await measuredRegisters(imageOf({ sections: changed }), "other.json")
    const command = (pcrs: DocumentFields["pcrs"]) =>
      args(signDocument({ ...good, pcrs }, chain), "--policy", path("measured.json"), "--nonce", nonce)
    expect(await parleyJson(await command(pinned))).toMatchObject({ verdict: "accepted" })
    expect(await parleyJson(await command(other), 10)).toMatchObject({ code: "measurement-mismatch" })
  })

  it("measures no damaged image, and writes nothing", async () => {
    await writeFile(path("cut.eif"), imageOf({ sections: GOOD_SECTIONS }).slice(0, 600))
    const { exit, stderr } = await runParley(["image", "measure", path("cut.eif"), "--policy", path("cut.json")])
    expect([exit, existsSync(path("cut.json"))]).toEqual([30, false])
    expect(stderr).toMatch(
      /^error\[image-malformed\]: not an enclave image: section 3 ends too early\n {2}what to do: /,
    )
  })

  it("names the key of a bad policy file, and what to write", async () => {
    await writeFile(path("bad.json"), JSON.stringify({ debug: "reject", format: "aws-nitro", maxAge: 300 }))
    const { exit, stderr } = await runParley(await args(signDocument(good, chain), "--policy", path("bad.json")))
    expect(exit).toBe(30)
    expect(stderr).toMatch(/^error\[policy-invalid\]: "maxAge" is no key of a policy\n {2}what to do: Take it out/)
  })

  it("says what to do with a file that is no document", async () => {
    const { exit, stdout } = await runParley(await byPolicy(Buffer.from("8444a1013822a0\n")))
    expect(exit).toBe(30)
    expect(stdout).toMatch(/^malformed\[[a-z-]+\] at stage \w+: .*\n {2}what to do: .*xxd -r -p/)
  })
})

interface Truth {
  readonly file: string
  readonly kind: string
  readonly pcrs?: Readonly<Record<string, string>>
  readonly timestamp?: string
  readonly leaf_subject?: string
}

const FOLDER = "evidence/nitro"
const available = hasShared(FOLDER)
const truth = available
  ? (JSON.parse(readFileSync(sharedPath(`${FOLDER}/truth.json`), "utf8")) as { documents: readonly Truth[] }).documents
  : []
const of = (kind: string) => truth.filter((document) => document.kind === kind)
const UNCHECKED = { unchecked: "an old document with nobody's nonce" }

/** Debug documents show zeros, which no policy may pin. */
const pinned = (value = "") => [/[1-9a-f]/.test(value) ? value : "11".repeat(48)]

/** Judges a document of the folder at its own time, under a policy of its own registers. */
async function genuine({ file, pcrs = {}, timestamp }: Truth, format = "aws-nitro", registers = [0, 1, 2]) {
  const lists = Object.fromEntries(registers.map((index) => [index, pinned(pcrs[String(index)])]))
  const policy = { debug: "reject", format, maxAgeSeconds: UNCHECKED, nonce: UNCHECKED, pcrs: lists }
  await writeFile(path("own.json"), JSON.stringify(policy))
  const time = ["--at", timestamp ?? "2026-01-01T00:00:00Z"]
  const files = ["--document", sharedPath(`${FOLDER}/${file}`), "--policy", path("own.json")]
  return ["attestation", "verify", ...files, ...time]
}

describe.runIf(available)("parley attestation verify, on documents that people got", () => {
  for (const document of of("prod")) {
    it(`accepts ${document.file}, exit 0, and shows its evidence`, async () => {
      const judged = await parleyJson(await genuine(document))
      expect(judged).toMatchObject({ code: null, simulated: false, stage: null, verdict: "accepted" })
      const { certificates, pcrs } = judged.evidence as { certificates: { subject: string }[]; pcrs: object }
      expect(certificates.at(-1)?.subject).toBe(document.leaf_subject)
      expect(pcrs).toEqual(document.pcrs)
    })
  }

  const refused = {
    debug: ["debug-mode", "rejected", 10],
    malformed: ["cbor-malformed", "malformed", 30],
    nitrotpm: ["nitrotpm-unsupported", "unsupported", 20],
    "synthetic-otherroot": ["path-anchor-mismatch", "rejected", 10],
    "tampered-sig": ["cose-signature-invalid", "rejected", 10],
  } as const
  for (const [kind, [code, verdict, exit]] of Object.entries(refused)) {
    for (const document of of(kind)) {
      it(`refuses ${document.file}: ${code}, exit ${exit}, and says what to do`, async () => {
        expect(await parleyJson(await genuine(document), exit)).toMatchObject({ checked: [], code, verdict })
        const { stdout } = await runParley(await genuine(document))
        expect(stdout).toMatch(new RegExp(`^${verdict}\\[${code}\\] at stage \\w+: .+\\n {2}what to do: .+\\n$`))
      })
    }
  }

  it("judges a NitroTPM document by a policy that asks for one, and an enclave's not", async () => {
    const [tpm] = of("nitrotpm")
    const [enclave] = of("prod")
    if (tpm === undefined || enclave === undefined) throw new Error("the folder lacks a kind")
    const judged = await parleyJson(await genuine(tpm, "aws-nitrotpm", [4, 7]))
    expect(judged).toMatchObject({ simulated: false, verdict: "accepted" })
    const other = await parleyJson(await genuine(enclave, "aws-nitrotpm", [4, 7]), 10)
    expect(other).toMatchObject({ code: "nitrotpm-expected", verdict: "rejected" })
  })

  it("has judged all of them", () => {
    expect(truth.length).toBe(18)
    const kinds = ["prod", ...Object.keys(refused)]
    expect(truth.filter(({ kind }) => !kinds.includes(kind))).toEqual([])
  })
})
