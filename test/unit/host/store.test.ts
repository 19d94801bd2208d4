import { mkdir, rm, stat, utimes, writeFile } from "node:fs/promises"
import { basename, join } from "node:path"
import { afterEach, beforeAll, describe, expect, it } from "vitest"
import { OpenUploads } from "../../../host/http/open-uploads.ts"
import { purgeVersion } from "../../../host/purge/mark.ts"
import { canonicalBytes } from "../../../shared/json/canonical.ts"
import { partPath } from "../../../shared/room/layout.ts"
import { publicPart } from "../../../shared/signed/keys.ts"
import { writeAtomically } from "../../../verifier/cli/files.ts"
import { testKey } from "../../support/keys.ts"
import { expectCode } from "../../support/rejects.ts"
import { digestOf, endingOf, manifestOf, Parties, TestHost } from "./harness.ts"

const MIB = 1024 * 1024

let parties: Parties
let host: TestHost

beforeAll(async () => {
  parties = await Parties.create()
})

afterEach(() => host.stop())

async function started(...args: Parameters<typeof TestHost.start> extends [unknown, ...infer R] ? R : never) {
  host = await TestHost.start(parties, ...args)
}

describe("signed objects", () => {
  it("that are not of their kind are refused: a manifest {} would stop everybody's uploads", async () => {
    await started()
    await host.openRoom("bank")
    expect(await host.store("agency", "manifest", "manifests", {})).toMatchObject({ code: "json-schema", status: 400 })
    const wrong = { ...manifestOf(parties.contract, "bank", 1), parts: [] }
    expect(await host.store("bank", "manifest", "manifests", wrong)).toMatchObject({ code: "json-schema" })
    expect(await host.store("agency", "ending", "endings", {})).toMatchObject({ code: "json-schema" })
  })

  it("that speak for another party are refused", async () => {
    await started()
    await host.openRoom("bank")
    const manifest = manifestOf(parties.contract, "bank", 10)
    expect(await host.store("agency", "manifest", "manifests", manifest)).toMatchObject({ code: "jws-unknown-key" })
    const ending = endingOf(parties.contract, "bank", "over")
    expect(await host.store("agency", "ending", "endings", ending)).toMatchObject({ code: "jws-unknown-key" })
    expect(await host.store("bank", "ending", "endings", ending)).toMatchObject({ status: 201 })
    expect(await host.store("bank", "contract", "signatures", parties.contract)).toMatchObject({ status: 201 })
  })

  it("under a contract are taken for the room's own and what amends it, and for no other", async () => {
    await started()
    await host.openRoom("bank")
    const sign = (payload: object) => host.store("agency", "contract", "signatures", payload)
    expect(await sign(parties.variant("junk 1"))).toMatchObject({ code: "contract-mismatch", status: 400 })
    expect(await sign({})).toMatchObject({ code: "json-schema" })
    const amendment = (id: number) => ({ ...parties.variant(`v${id}`), predecessor: digestOf(parties.contract) })
    for (let id = 0; id < 64; id++) expect(await sign(amendment(id))).toMatchObject({ status: 201 })
    expect(await sign(amendment(64))).toMatchObject({ code: "quota-exceeded", status: 413 })
    expect(await sign(parties.contract)).toMatchObject({ status: 201 })
    expect(await host.store("bank", "contract", "signatures", amendment(64))).toMatchObject({ status: 201 })
  })

  it("that an older host has taken are passed over when usage is counted", async () => {
    await started()
    await host.openRoom("bank")
    await host.plant(parties.contract, "manifests", "manifest", await parties.sign("agency", "manifest", {}))
    const forged = manifestOf(parties.contract, "bank", 2 ** 40)
    await host.plant(parties.contract, "manifests", "manifest", await parties.sign("agency", "manifest", forged))
    await writeFile(join(host.data, "rooms", digestOf(parties.contract), "manifests", "rubbish"), "{}")
    const { digest } = await host.store("bank", "manifest", "manifests", manifestOf(parties.contract, "bank", MIB))
    expect(await host.beginUpload("bank", digest, MIB)).toMatchObject({ status: 201 })
  })

  it("are counted for each party: a flood by one closes the room to that one alone", async () => {
    await started({ objectsPerRoom: 2 })
    await host.openRoom("bank")
    const end = (party: string, reason: string) =>
      host.store(party, "ending", "endings", endingOf(parties.contract, party, reason))
    for (const reason of ["one", "two"]) expect(await end("agency", reason)).toMatchObject({ status: 201 })
    expect(await end("agency", "three")).toMatchObject({ code: "quota-exceeded" })
    const manifest = manifestOf(parties.contract, "agency", 1)
    expect(await host.store("agency", "manifest", "manifests", manifest)).toMatchObject({ code: "quota-exceeded" })
    for (const reason of ["one", "two"]) expect(await end("bank", reason)).toMatchObject({ status: 201 })
    expect(await end("agency", "one")).toMatchObject({ status: 409 })
  })
})

describe("rooms", () => {
  it("are opened only when every party is admitted, with the very card", async () => {
    await started({}, ["bank", "agency"])
    const refused = await host.openRoom("bank")
    expect(refused).toMatchObject({ code: "not-admitted", status: 403 })
    expect(refused.message).toMatch(/: bureau$/)
    await host.stop()
    await started()
    const forged = structuredClone(parties.contract)
    const [, bureau] = forged.parties
    if (bureau === undefined) throw new Error("no bureau")
    bureau.card.resultKey = publicPart(await testKey())
    expect(await host.openRoom("bank", forged)).toMatchObject({ code: "not-admitted" })
    expect(await host.openRoom("bank")).toMatchObject({ status: 201 })
  })

  it("are capped for the party that opens them, and for nobody whom it names", async () => {
    await started({ roomsPerParty: 2 })
    const answers = await Promise.all(["a", "b", "c"].map((title) => host.openRoom("bank", parties.variant(title))))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 413])
    expect(await host.openRoom("bureau", parties.variant("d"))).toMatchObject({ status: 201 })
    const open = answers.findIndex(({ status }) => status === 201)
    expect(await host.openRoom("bank", parties.variant(["a", "b", "c"][open] ?? ""))).toMatchObject({ status: 201 })
  })
})

describe("ciphertext", () => {
  it("is counted over all rooms", async () => {
    await started({ bytesPerParty: 3 * MIB })
    const [one, two] = [parties.variant("one"), parties.variant("two")]
    for (const contract of [one, two]) await host.openRoom("bank", contract)
    const announce = (contract: typeof one, owner: string, bytes: number, version = 1) =>
      host.store(owner, "manifest", "manifests", manifestOf(contract, owner, bytes, version), contract)
    expect(await announce(one, "bank", 2 * MIB)).toMatchObject({ status: 201 })
    expect(await announce(two, "bank", 2 * MIB)).toMatchObject({ code: "quota-exceeded", status: 413 })
    expect(await announce(two, "bureau", 2 * MIB)).toMatchObject({ status: 201 })
    const { digest } = await announce(two, "bank", MIB, 2)
    expect(await host.beginUpload("bank", digest, MIB, two)).toMatchObject({ status: 201 })
  })

  it("that the operator has deleted counts no more, and is not taken again", async () => {
    await started({ bytesPerParty: 3 * MIB })
    await host.openRoom("bank")
    const announce = (version: number) =>
      host.store("bank", "manifest", "manifests", manifestOf(parties.contract, "bank", 2 * MIB, version))
    const { digest } = await announce(1)
    const room = join(host.data, "rooms", digestOf(parties.contract))
    await writeAtomically(join(room, partPath(digest, 0)), canonicalBytes("stored"))
    expect(await announce(2)).toMatchObject({ code: "quota-exceeded" })
    await purgeVersion(room, digest)
    await expect(stat(join(room, partPath(digest, 0)))).rejects.toThrow("ENOENT")
    expect(await announce(2)).toMatchObject({ status: 201 })
    expect(await host.beginUpload("bank", digest, 2 * MIB)).toMatchObject({ code: "not-found", status: 404 })
  })

  it("that is sent again beside the stored part counts twice until it is there", async () => {
    await started({ bytesPerParty: 3 * MIB })
    await host.openRoom("bank")
    const { digest } = await host.store("bank", "manifest", "manifests", manifestOf(parties.contract, "bank", 2 * MIB))
    const part = join(host.data, "rooms", digestOf(parties.contract), partPath(digest, 0))
    await writeAtomically(part, canonicalBytes("stored"))
    expect(await host.beginUpload("bank", digest, 2 * MIB)).toMatchObject({ code: "quota-exceeded", status: 413 })
  })

  it("has one upload for a part, which its owner alone begins", async () => {
    await started()
    await host.openRoom("bank")
    const { digest } = await host.store("bank", "manifest", "manifests", manifestOf(parties.contract, "bank", MIB))
    expect(await host.beginUpload("agency", digest, MIB)).toMatchObject({ code: "not-found" })
    const first = await host.beginUpload("bank", digest, MIB)
    const second = await host.beginUpload("bank", digest, MIB)
    const uploads = new OpenUploads(host.data, 1)
    expect((await uploads.list()).map(({ id }) => id)).toEqual([basename(second.location)])
    expect(basename(first.location)).not.toBe(basename(second.location))
  })

  it("has so many unfinished uploads for each party, and one for a part that begins anew is no further one", async () => {
    await started({ uploadsPerParty: 2 })
    await host.openRoom("bank")
    const zero = "0".repeat(64)
    const parts = Array.from({ length: 3 }, () => ({ bytes: 5, sha256: zero }))
    const announced = { ...manifestOf(parties.contract, "bank", 5), parts }
    const { digest } = await host.store("bank", "manifest", "manifests", announced)
    const begin = (part: number) => host.beginUpload("bank", digest, 5, parties.contract, undefined, part)
    for (const part of [0, 1, 1]) expect(await begin(part)).toMatchObject({ status: 201 })
    expect(await begin(2)).toMatchObject({ code: "quota-exceeded", status: 413 })
    const other = await host.store("bureau", "manifest", "manifests", manifestOf(parties.contract, "bureau", MIB))
    expect(await host.beginUpload("bureau", other.digest, MIB)).toMatchObject({ status: 201 })
  })

  it("whose uploads cannot be read for the moment is not taken for none", async () => {
    await started()
    const uploads = new OpenUploads(host.data, 1)
    await mkdir(uploads.directory, { recursive: true })
    await writeFile(join(uploads.directory, "torn.json"), "{")
    expect(await uploads.list()).toEqual([])
    await rm(uploads.directory, { recursive: true })
    await writeFile(uploads.directory, "not a folder")
    await expectCode("file-io", () => uploads.list())
  })

  it("whose upload has not grown for hours is dropped", async () => {
    await started()
    await host.openRoom("bank")
    const { digest } = await host.store("bank", "manifest", "manifests", manifestOf(parties.contract, "bank", MIB))
    const { location } = await host.beginUpload("bank", digest, MIB)
    const uploads = new OpenUploads(host.data, 2)
    expect(await uploads.expire(Date.now() + 3_600_000)).toBe(0)
    const file = join(uploads.directory, basename(location))
    await utimes(file, 0, 0)
    expect(await uploads.expire(Date.now() + 3 * 3_600_000)).toBe(1)
    await expect(stat(file)).rejects.toThrow("ENOENT")
    expect(await uploads.list()).toEqual([])
  })
})
