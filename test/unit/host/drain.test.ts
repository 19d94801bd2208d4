import { createHash, randomBytes } from "node:crypto"
import { readFile } from "node:fs/promises"
import { request } from "node:http"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { defaultConfig } from "../../../host/config/config.ts"
import { overHttp } from "../../../host/serve/over-http.ts"
import { partPath } from "../../../shared/room/layout.ts"
import { digestOf, manifestOf, Parties, SILENT, TestHost } from "./harness.ts"

const BYTES = 100_000

let host: TestHost

afterEach(() => host.stop())

describe("a host that drains while a party uploads", () => {
  it("waits for the request under way, and takes its bytes", async () => {
    const parties = await Parties.create()
    host = await TestHost.start(parties)
    await host.openRoom("bank")
    const part = new Uint8Array(randomBytes(BYTES))
    const sha256 = createHash("sha256").update(part).digest("hex")
    const announced = { ...manifestOf(parties.contract, "bank", BYTES), parts: [{ bytes: BYTES, sha256 }] }
    const { digest } = await host.store("bank", "manifest", "manifests", announced)
    const { location } = await host.beginUpload("bank", digest, BYTES)

    const options = { log: SILENT, root: host.data, silenceMs: 10_000, timings: false }
    const served = await overHttp(host.data, 0, defaultConfig(), options)
    const origin = `http://127.0.0.1:${served.port}`
    const sending = request(new URL(location, origin), {
      headers: {
        "content-length": String(BYTES),
        "content-type": "application/offset+octet-stream",
        "parley-request": await host.header("bank", "PATCH", location, new Uint8Array(), origin),
        "tus-resumable": "1.0.0",
        "upload-offset": "0",
      },
      method: "PATCH",
    })
    const answered = new Promise<number>((resolve) =>
      sending.once("response", (answer) => resolve(answer.statusCode ?? 0)),
    )
    await new Promise((resolve) => sending.write(part.subarray(0, BYTES / 2), resolve))
    // The request has reached the host once another one, sent later, is answered.
    await fetch(`${origin}/healthz`)
    served.drain()
    let finished = false
    const finish = served.finish().then(() => {
      finished = true
    })
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 25))
    expect(finished).toBe(false)
    sending.end(part.subarray(BYTES / 2))
    expect(await answered).toBe(204)
    await finish
    await served.stop()
    const stored = join(host.data, "rooms", digestOf(parties.contract), partPath(digest, 0))
    expect(await readFile(stored)).toEqual(Buffer.from(part))
    await expect(fetch(`${origin}/healthz`)).rejects.toThrow("fetch failed")
  })
})
