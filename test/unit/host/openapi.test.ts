import { rename } from "node:fs/promises"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { openApiDocument } from "../../../host/http/openapi.ts"
import { Parties, TestHost } from "./harness.ts"

let host: TestHost

beforeAll(async () => {
  host = await TestHost.start(await Parties.create())
})

afterAll(() => host.stop())

/** Every route that the router has, as `method path` in OpenAPI's notation. */
function registered(): readonly string[] {
  return host.app.router.stack
    .flatMap(({ route }) => (route === undefined ? [] : [route]))
    .flatMap(({ path, stack }) => [...new Set(stack.map(({ method }) => `${method} ${path}`))])
    .map((route) => route.replace(/:(\w+)/g, "{$1}"))
    .sort()
}

describe("the OpenAPI document", () => {
  it("names the router's routes, all of them and no others", () => {
    const { paths } = openApiDocument()
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    )
    expect(registered()).toEqual(documented.sort())
    expect(registered()).toContain("patch /v1/uploads/{upload}")
    expect(registered().length).toBe(14)
  })

  it("says of every route that it is signed, as it is", async () => {
    for (const [path, methods] of Object.entries(openApiDocument().paths)) {
      for (const [method, description] of Object.entries(methods)) {
        const { status } = await fetch(host.url(path.replace(/\{\w+\}/g, "0".repeat(64))), {
          method: method.toUpperCase(),
        })
        expect(`${method} ${path} ${status}`).toBe(
          `${method} ${path} ${(description as { security?: unknown }).security === undefined ? 200 : 401}`,
        )
      }
    }
  })

  it("is what the host gives out", async () => {
    expect(await (await fetch(host.url("/openapi.json"))).json()).toEqual(openApiDocument())
  })
})

describe("/readyz", () => {
  const state = async () => {
    const response = await fetch(host.url("/readyz"))
    return `${response.status} ${((await response.json()) as { status: string }).status}`
  }

  it("is 503 when the data folder cannot be written, and 200 again when it can", async () => {
    expect(await state()).toBe("200 ready")
    await rename(host.data, `${host.data}-away`)
    await sleep(1100)
    expect(await state()).toBe("503 not-writable")
    await rename(`${host.data}-away`, host.data)
    await sleep(1100)
    expect(await state()).toBe("200 ready")
  })

  it("is 503 while the host stops", async () => {
    host.readiness.stop()
    expect(await state()).toBe("503 stopping")
  })
})
