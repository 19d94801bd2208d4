import { connect } from "node:net"
import { afterEach, beforeAll, describe, expect, it } from "vitest"
import { Parties, TestHost } from "./harness.ts"

const MIB = 1024 * 1024
const PATH = `/v1/contracts/${"0".repeat(64)}`

let parties: Parties
let host: TestHost

beforeAll(async () => {
  parties = await Parties.create()
})

afterEach(() => host.stop())

/** Sends a request's head that announces 8 MiB, and none of them; the status line of the answer. */
function headOnly(path: string, header: string | null): Promise<string> {
  const lines = [
    ...[`PUT ${path} HTTP/1.1`, "host: test", `content-length: ${8 * MIB}`],
    ...(header === null ? [] : [`parley-request: ${header}`]),
  ]
  return new Promise((resolve, reject) => {
    const socket = connect(host.port, "127.0.0.1", () => socket.write(`${lines.join("\r\n")}\r\n\r\n`))
    socket.setTimeout(2000, () => {
      socket.destroy()
      resolve("silence")
    })
    socket.once("data", (chunk: Buffer) => {
      socket.destroy()
      resolve(chunk.toString().split("\r\n")[0] ?? "")
    })
    socket.once("error", reject)
  })
}

describe("a request with a large body", () => {
  it("is refused by its head alone when a stranger sends it: no body is held for it", async () => {
    host = await TestHost.start(parties, {}, ["bank"])
    const body = new Uint8Array(8 * MIB)
    expect(await headOnly(PATH, null)).toContain(" 401 ")
    expect(await headOnly(PATH, "AAAA")).toContain(" 400 ")
    expect(await headOnly(PATH, await host.header("agency", "PUT", PATH, body))).toContain(" 403 ")
    expect(await headOnly(PATH, await host.header("bank", "PUT", `${PATH}/x`, body))).toContain(" 401 ")
    expect(await headOnly(PATH, await host.header("bank", "PUT", PATH, body))).toBe("silence")
  })

  it("is refused when the body is another than was signed", async () => {
    host = await TestHost.start(parties)
    const header = await host.header("bank", "PUT", PATH, Buffer.from("signed"))
    const sent = { body: "other!", headers: { "parley-request": header }, method: "PUT" }
    const response = await fetch(host.url(PATH), sent)
    expect([response.status, await response.json()]).toMatchObject([401, { code: "request-unsigned" }])
    const again = await fetch(host.url(PATH), { ...sent, body: "signed" })
    expect(await again.json()).toMatchObject({ code: "request-replayed" })
  })
})

describe("requests that nobody has signed", () => {
  it("are limited by address, before a signature is looked at", async () => {
    host = await TestHost.start(parties, { unsignedPerMinute: 5 })
    const unsigned = async () => (await fetch(host.url(PATH))).status
    const statuses = []
    for (let i = 0; i < 7; i++) statuses.push(await unsigned())
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429])
    expect((await fetch(host.url("/metrics"))).status).toBe(429)
    expect((await fetch(host.url("/nothing"))).status).toBe(429)
  })

  it("are told apart behind proxies that are trusted, and not by a header that anybody sends", async () => {
    for (const [trustedProxies, last] of [
      [1, 401],
      [0, 429],
    ] as const) {
      host = await TestHost.start(parties, { trustedProxies, unsignedPerMinute: 1 })
      const from = async (address: string) =>
        (await fetch(host.url(PATH), { headers: { "x-forwarded-for": address } })).status
      expect(await from("192.0.2.1")).toBe(401)
      expect(await from("192.0.2.2")).toBe(last)
      if (trustedProxies === 1) await host.stop()
    }
  })

  it("do not count for those that are signed", async () => {
    host = await TestHost.start(parties, { unsignedPerMinute: 2 })
    for (let i = 0; i < 5; i++) expect(await host.openRoom("bank")).toMatchObject({ status: 201 })
    expect((await fetch(host.url("/healthz"))).status).toBe(200)
  })
})
