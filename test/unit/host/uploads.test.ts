import { createHash, randomBytes } from "node:crypto"
import { readdir, readFile, writeFile } from "node:fs/promises"
import { basename, join } from "node:path"
import { afterEach, beforeAll, describe, expect, it } from "vitest"
import { publicFault } from "../../../host/http/fault.ts"
import { OpenUploads } from "../../../host/http/open-uploads.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { partPath } from "../../../shared/room/layout.ts"
import { readRequired } from "../../../verifier/cli/files.ts"
import { digestOf, endingOf, manifestOf, Parties, TestHost } from "./harness.ts"

const BYTES = 300_000

let parties: Parties
let host: TestHost
const part = new Uint8Array(randomBytes(BYTES))

beforeAll(async () => {
  parties = await Parties.create()
})

afterEach(() => host.stop())

/** A host with the bank's manifest of one part; the manifest's digest. */
async function announced(settings: Parameters<typeof TestHost.start>[1] = {}): Promise<string> {
  host = await TestHost.start(parties, settings)
  await host.openRoom("bank")
  const sha256 = createHash("sha256").update(part).digest("hex")
  const manifest = { ...manifestOf(parties.contract, "bank", BYTES), parts: [{ bytes: BYTES, sha256 }] }
  return (await host.store("bank", "manifest", "manifests", manifest)).digest
}

const stored = (manifest: string) => join(host.data, "rooms", digestOf(parties.contract), partPath(manifest, 0))

describe("an upload", () => {
  it("goes on where it is and nowhere else", async () => {
    const manifest = await announced()
    const { location } = await host.beginUpload("bank", manifest, BYTES)
    expect(await host.patch("bank", location, 0, part.subarray(0, 1000))).toMatchObject({ status: 204 })
    for (const offset of [0, 999, 1001, BYTES])
      expect(await host.patch("bank", location, offset, part.subarray(1000))).toMatchObject({
        code: "host-refused",
        status: 409,
      })
    expect(await host.offset("bank", location)).toBe("200 1000")
    expect(await host.patch("bank", location, 1000, part.subarray(1000))).toMatchObject({ status: 204 })
    expect(await readFile(stored(manifest))).toEqual(Buffer.from(part))
    expect(await host.patch("bank", location, BYTES, new Uint8Array())).toMatchObject({
      code: "not-found",
      status: 404,
    })
  })

  it("keeps its length: no later header changes it, and more than it is refused", async () => {
    const manifest = await announced()
    const { location } = await host.beginUpload("bank", manifest, BYTES)
    const longer = { "upload-length": String(BYTES * 2) }
    expect(await host.patch("bank", location, 0, part.subarray(0, 10), longer)).toMatchObject({ status: 501 })
    expect((await host.patch("bank", location, 0, new Uint8Array(BYTES + 1))).status).toBe(413)
    expect(await host.offset("bank", location)).toBe("200 0")
    expect(await host.beginUpload("bank", manifest, BYTES - 1)).toMatchObject({ code: "manifest-mismatch" })
  })

  it("begins with a length and without a body", async () => {
    const manifest = await announced()
    const begun = await host.beginUpload("bank", manifest, BYTES, parties.contract, part)
    expect(begun).toMatchObject({ code: "request-unsigned" })
    const signed = await host.header("bank", "POST", "/v1/uploads", new Uint8Array())
    const headers = { "parley-request": signed, "tus-resumable": "1.0.0" }
    const early = await fetch(host.url("/v1/uploads"), { body: new Uint8Array(part), headers, method: "POST" })
    expect([early.status, await early.json()]).toMatchObject([400, { code: "host-refused" }])
    const { location } = await host.beginUpload("bank", manifest, BYTES)
    const deferred = { "tus-resumable": "1.0.0", "upload-defer-length": "1" }
    expect(await host.ask("bank", "POST", "/v1/uploads", undefined, deferred)).toMatchObject({ status: 501 })
    expect(await host.offset("bank", location)).toBe("200 0")
  })

  it("of one part that is begun twice at the same moment is there once, and the other is gone", async () => {
    const manifest = await announced()
    const begun = await Promise.all([1, 2, 3].map(() => host.beginUpload("bank", manifest, BYTES)))
    expect(begun.map(({ status }) => status)).toEqual([201, 201, 201])
    const open = await new OpenUploads(host.data, 1).list()
    expect(open).toHaveLength(1)
    const sent = await Promise.all(begun.map(({ location }) => host.patch("bank", location, 0, part)))
    const taken = begun.filter((_, index) => sent[index]?.status === 204)
    expect(taken.map(({ location }) => basename(location))).toEqual(open.map(({ id }) => id))
    expect(sent.filter(({ code }) => code === "not-found")).toHaveLength(2)
    expect(await readFile(stored(manifest))).toEqual(Buffer.from(part))
  })

  it("that is sent twice at the same time is not mixed", async () => {
    const manifest = await announced()
    const { location } = await host.beginUpload("bank", manifest, BYTES)
    const sent = await Promise.all([1, 2].map(() => host.patch("bank", location, 0, part)))
    expect(sent.filter(({ status }) => status === 204)).toHaveLength(1)
    expect(await readFile(stored(manifest))).toEqual(Buffer.from(part))
  })

  it("that is whole and was not put in its place is put there when its owner asks for it", async () => {
    const manifest = await announced()
    const { location } = await host.beginUpload("bank", manifest, BYTES)
    await writeFile(join(host.data, "uploads", basename(location)), part)
    expect(await host.offset("agency", location)).toBe("423 not-found")
    const answers = await Promise.all([host.offset("bank", location), host.offset("bank", location)])
    expect(answers).toEqual([`200 ${BYTES}`, `200 ${BYTES}`])
    expect(await readFile(stored(manifest))).toEqual(Buffer.from(part))
    expect(await readdir(join(host.data, "uploads"))).toEqual([])
  })

  it("with other bytes than the manifest names is refused", async () => {
    const manifest = await announced()
    const { location } = await host.beginUpload("bank", manifest, BYTES)
    const other = part.slice()
    other[0] = (other[0] ?? 0) ^ 1
    expect(await host.patch("bank", location, 0, other)).toMatchObject({ code: "manifest-mismatch", status: 400 })
    await expect(readFile(stored(manifest))).rejects.toThrow("ENOENT")
  })
})

describe("a disk that is nearly full", () => {
  it("takes no new upload and no new room, and everything else", async () => {
    const manifest = await announced()
    const { location } = await host.beginUpload("bank", manifest, BYTES)
    const { data } = host
    const full = await TestHost.start(parties, { reserveBytes: 2 ** 50 })
    expect(await full.openRoom("bank")).toMatchObject({ code: "host-disk-full", status: 507 })
    expect(await (await fetch(full.url("/readyz"))).json()).toEqual({ status: "ready", uploads: "disk-low" })
    const metrics = await (await fetch(full.url("/metrics"))).text()
    expect(metrics).toMatch(new RegExp(`^parley_disk_reserve_bytes ${2 ** 50}$`, "m"))
    expect(metrics).toMatch(/^parley_disk_free_bytes \d+$/m)
    await full.stop()
    const again = await TestHost.over(data, parties, { reserveBytes: 2 ** 50 })
    const refused = await again.beginUpload("bank", manifest, BYTES)
    expect(refused).toMatchObject({ code: "host-disk-full", status: 507 })
    expect(refused.message).not.toContain(data)
    // The upload that was begun before is not lost, and ends.
    expect(await again.patch("bank", location, 0, part)).toMatchObject({ status: 204 })
    const ending = endingOf(parties.contract, "bank", "over")
    expect(await again.store("bank", "ending", "endings", ending)).toMatchObject({ status: 201 })
    await again.close()
  })
})

describe("a host that drains", () => {
  it("takes no room, proposal, nonce or upload; other objects, and the rest of an upload, it does", async () => {
    const manifest = await announced()
    const { location } = await host.beginUpload("bank", manifest, BYTES)
    host.readiness.drain()
    const draining = { code: "host-draining", status: 503 }
    expect(await host.openRoom("bank", parties.variant("another"))).toMatchObject(draining)
    expect(await host.store("agency", "proposal", "proposals", {})).toMatchObject(draining)
    expect(await host.beginUpload("bank", manifest, BYTES)).toMatchObject(draining)
    const nonce = Buffer.from(JSON.stringify({ nonce: "0".repeat(64) }))
    const sessions = `/v1/contracts/${digestOf(parties.contract)}/sessions`
    expect(await host.ask("bank", "POST", sessions, nonce)).toMatchObject(draining)
    const ready = await fetch(host.url("/readyz"))
    expect([ready.status, await ready.json()]).toEqual([503, { status: "draining", uploads: "refused" }])
    expect(await host.patch("bank", location, 0, part)).toMatchObject({ status: 204 })
    expect(await host.store("bank", "contract", "signatures", parties.contract)).toMatchObject({ status: 201 })
  })
})

describe("a failure of the host's own files", () => {
  it("names none of them to a party", async () => {
    await announced()
    const missing = await readRequired(join(host.data, "none"), 1).catch((cause: unknown) => cause)
    expect(missing).toBeInstanceOf(ParleyError)
    expect(publicFault(missing)).toMatchObject({ code: "internal" })
    expect(publicFault(missing).message).not.toContain(host.data)
    await writeFile(join(host.data, "large"), "xx")
    const large = await readRequired(join(host.data, "large"), 1).catch((cause: unknown) => cause)
    expect(publicFault(large)).toMatchObject({ code: "json-too-large" })
    expect(publicFault(large).message).not.toContain(host.data)
    const full = new ParleyError("file-io", `${host.data}/x: ENOSPC`, {
      cause: Object.assign(new Error(), { code: "ENOSPC" }),
    })
    expect(publicFault(full)).toMatchObject({ code: "host-disk-full" })
    expect(publicFault(full).message).not.toContain(host.data)
  })
})
