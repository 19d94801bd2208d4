import { connect, type Socket } from "node:net"
import { afterEach, beforeAll, describe, expect, it } from "vitest"
import { defaultConfig } from "../../../host/config/config.ts"
import { hostOrigins, requireOrigins } from "../../../host/config/origins.ts"
import { toBase64url } from "../../../shared/bytes.ts"
import { instant } from "../../../shared/json/instant.ts"
import { signJws } from "../../../shared/signed/jws.ts"
import { expectCode } from "../../support/rejects.ts"
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

describe("a request that was signed for another host", () => {
  it("is refused, whatever its Host header says: the other host could pass it on", async () => {
    host = await TestHost.start(parties, { origins: ["https://parley.example"] })
    const ask = async (audience: string, headers: Record<string, string> = {}) => {
      const signed = await host.header("bank", "GET", PATH, new Uint8Array(), audience)
      const response = await fetch(host.url(PATH), { headers: { "parley-request": signed, ...headers } })
      return `${response.status} ${((await response.json()) as { code: string }).code}`
    }
    const evil = "https://evil.example"
    expect(await ask(evil)).toBe("421 request-audience")
    expect(await ask(evil, { host: "evil.example", "x-forwarded-host": "evil.example" })).toBe("421 request-audience")
    expect(await ask("http://parley.example")).toBe("421 request-audience")
    expect(await ask("https://parley.example:8443")).toBe("421 request-audience")
    expect(await ask("https://parley.example/")).toBe("400 json-schema")
    // Its own name is taken: then there is no such contract.
    expect(await ask("https://parley.example")).toBe("404 not-found")
    // A host that is given names goes by these alone.
    for (const loopback of [`http://localhost:${host.port}`, new URL(host.url("/")).origin])
      expect(await ask(loopback)).toBe("421 request-audience")
  })

  it("or before the host was started is refused: its nonce may have been seen by then", async () => {
    host = await TestHost.start(parties)
    const before = await host.header("bank", "GET", PATH, new Uint8Array(), undefined, new Date(Date.now() - 60_000))
    const response = await fetch(host.url(PATH), { headers: { "parley-request": before } })
    expect([response.status, await response.json()]).toMatchObject([401, { code: "request-stale" }])
  })

  it("cannot leave its audience out", async () => {
    host = await TestHost.start(parties)
    const request = { at: instant(new Date()), bodySha256: "0".repeat(64), format: "parley/request/v1", method: "GET" }
    const jws = await signJws("request", { ...request, nonce: "A".repeat(22), path: PATH }, parties.keys("bank").access)
    const response = await fetch(host.url(PATH), { headers: { "parley-request": toBase64url(jws) } })
    expect([response.status, await response.json()]).toMatchObject([400, { code: "json-schema" }])
  })
})

describe("the origins of a host", () => {
  it("are the operator's words; one that listens beyond its machine must be given some", async () => {
    const config = defaultConfig()
    expect([...hostOrigins(config, 8460)]).toEqual([
      "http://127.0.0.1:8460",
      "http://localhost:8460",
      "http://[::1]:8460",
    ])
    requireOrigins(config)
    const open = { ...config, listen: { address: "0.0.0.0", port: 443 } }
    await expectCode("usage", () => requireOrigins(open))
    const named = { ...open, origins: ["https://parley.example:443"] }
    requireOrigins(named)
    expect([...hostOrigins(named, 443)]).toEqual(["https://parley.example"])
  })
})

describe("connections", () => {
  /** Opens a connection that says nothing; resolves when the host closes it. */
  function silent(say = ""): Promise<void> {
    return new Promise((resolve) => {
      const socket = connect(host.port, "127.0.0.1", () => socket.write(say))
      socket.on("error", () => undefined)
      socket.on("data", () => undefined)
      socket.on("close", () => resolve())
      open.push(socket)
    })
  }
  const open: Socket[] = []
  afterEach(() => {
    for (const socket of open.splice(0)) socket.destroy()
  })

  it("that never finish a request's head are closed", async () => {
    host = await TestHost.start(parties, { headSeconds: 1 })
    await silent("GET /healthz HTTP/1.1\r\nhost: test\r\nx-slow: ")
    expect((await fetch(host.url("/healthz"))).status).toBe(200)
  })

  it("of one address are limited, and free again when they close", async () => {
    host = await TestHost.start(parties, { connectionsPerAddress: 3 })
    const held = [silent(), silent(), silent()]
    await silent()
    for (const socket of open.splice(0)) socket.destroy()
    await Promise.all(held)
    expect((await fetch(host.url("/healthz"))).status).toBe(200)
  })

  it("of all addresses together are limited, also behind a proxy", async () => {
    host = await TestHost.start(parties, { connections: 10, connectionsPerAddress: 1, trustedProxies: 1 })
    const held = Array.from({ length: 10 }, () => silent())
    await silent()
    for (const socket of open.splice(0)) socket.destroy()
    await Promise.all(held)
    expect((await fetch(host.url("/healthz"))).status).toBe(200)
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
