import { readdir, readFile, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { homeAt, inHome } from "../../verifier/cli/home.ts"
import { signedHeader } from "../../verifier/cli/remote/client.ts"
import { CleanRoom } from "../support/clean-room.ts"
import { integerColumn, testDataset, textColumn } from "../support/datasets.ts"
import { editHostConfig } from "../support/host-config.ts"
import { parleyFailure, parleyJson, runProgram } from "../support/parley.ts"
import { noSmallDisk, SmallDiskHost } from "../support/small-disk.ts"

const ROWS = 100_000
const MEGABYTES = 12

const missing = noSmallDisk()
if (missing !== null) {
  if (process.env.CI === "true") throw new Error(`full disks are not tested: ${missing}`)
  console.warn(`SKIPPED: full disks of a host. ${missing}`)
}

describe.skipIf(missing !== null)("a host whose disk is full", () => {
  let room: CleanRoom
  let host: SmallDiskHost
  let contract: string
  const manifests = new Map<string, string>()

  beforeAll(async () => {
    room = await CleanRoom.create(["bank", "bureau", "agency"])
    const accounts = testDataset("accounts", "bank", [integerColumn("balance", "measure", 0, 1000)])
    const persons = testDataset("persons", "bureau", [textColumn("region", ["east", "west"])])
    await room.agree({ datasets: [accounts, persons], recipe: "attribution", recipients: ["agency"] })
    contract = String((await room.parley("bank", ["contract", "status"])).digest)
    const lines = (rows: number, line: (i: number) => string) =>
      Array.from({ length: rows }, (_, i) => line(i)).join("\n")
    await writeFile(room.path("bank.csv"), `id,balance\n${lines(ROWS, (i) => `p${i},${i % 1001}`)}\n`)
    await writeFile(
      room.path("bureau.csv"),
      `id,region\n${lines(300, (i) => `p${i},${i % 2 === 0 ? "east" : "west"}`)}\n`,
    )
    for (const party of room.parties) {
      await runProgram("host/parley-host.ts", ["admit", room.path(`${party}.card.json`), "--data", room.path("host")])
    }
    await editHostConfig(room.path("host"), ({ limits }) => {
      limits.reserveBytes = 0
    })
    host = await SmallDiskHost.start(room.path("host"), MEGABYTES)
    for (const [party, dataset] of [
      ["bank", "accounts"],
      ["bureau", "persons"],
    ] as const) {
      const sealed = ["dataset", "seal", "--dataset", dataset, "--input", room.path(`${party}.csv`)]
      manifests.set(dataset, String((await room.parley(party, sealed)).manifest))
    }
    await ask("bank", ["contract", "push"])
    await ask("bureau", ["dataset", "push", "--dataset", "persons"])
  })

  afterAll(async () => {
    await host.stop()
    await room.dispose()
  })

  const through = (party: string, args: readonly string[]) => [
    ...[...args, "--home", room.home(party), "--room", room.room, "--host", host.url],
  ]
  const ask = (party: string, args: readonly string[], expected = 0) => parleyJson(through(party, args), expected)
  const part = (folder: string) => join(folder, "sealed", manifests.get("accounts") ?? "", "part-00000.sealed")
  const full = { code: "host-disk-full", exit: 50 }

  async function status(): Promise<Record<string, unknown>> {
    const { stdout } = await runProgram("host/parley-host.ts", ["status", "--data", host.path(), "--json"])
    return JSON.parse(stdout) as Record<string, unknown>
  }

  /** Begins the upload of bank's part while there is room, as `dataset push` does that is killed then. */
  async function begin(bytes: number): Promise<void> {
    const [home, url] = [homeAt(room.home("bank")), new URL(host.url)]
    const manifest = manifests.get("accounts") ?? ""
    const metadata = Object.entries({ contract, manifest, part: "0" }).map(
      ([key, value]) => `${key} ${Buffer.from(value).toString("base64")}`,
    )
    const { headers, status: answer } = await fetch(new URL("/v1/uploads", url), {
      headers: {
        "parley-request": await signedHeader(home, url, "POST", "/v1/uploads", new Uint8Array()),
        "tus-resumable": "1.0.0",
        "upload-length": String(bytes),
        "upload-metadata": metadata.join(","),
      },
      method: "POST",
    })
    expect(answer).toBe(201)
    const at = new URL(headers.get("location") ?? "", url).href
    await writeFile(inHome(home, "uploads.json"), JSON.stringify({ [`${url.origin} ${contract} ${manifest} 0`]: at }))
  }

  it("does not begin an upload that it has no room for", async () => {
    await host.fill(100)
    expect(await parleyFailure(through("bank", ["dataset", "push", "--dataset", "accounts"]))).toMatchObject(full)
    expect(await readdir(host.path("uploads"))).toEqual([])
    await host.empty()
  })

  it("says so during an upload, keeps what has come, and the same command goes on when there is room", async () => {
    const { size } = await stat(part(room.room))
    expect(size).toBeGreaterThan(1024 * 1024)
    await begin(size)
    await host.fill(100)
    const refused = await parleyFailure(through("bank", ["dataset", "push", "--dataset", "accounts"]))
    expect(refused).toMatchObject(full)
    expect(refused.message).not.toContain(room.path("host"))
    expect(host.log).toMatch(/"event":"request-refused","code":"host-disk-full","method":"PATCH","party":"bank"/)
    const [kept = ""] = (await readdir(host.path("uploads"))).filter((name) => !name.endsWith(".json"))
    expect((await stat(host.path("uploads", kept))).size).toBeGreaterThan(0)
    expect(await readdir(host.path("uploads"))).toHaveLength(2)
    await host.empty()
    expect(await ask("bank", ["dataset", "push", "--dataset", "accounts"])).toMatchObject({ parts: 1 })
    expect(await readFile(part(host.path("rooms", contract)))).toEqual(await readFile(part(room.room)))
    expect(await readdir(host.path("uploads"))).toEqual([])
  })

  it("does not take an object, and takes it when there is room", async () => {
    await host.fill(0)
    const propose = through("agency", ["run", "propose", "--query", "attribution"])
    const refused = await parleyFailure(propose)
    expect(refused).toMatchObject(full)
    expect(refused.message).not.toContain(room.path("host"))
    expect(await readdir(host.path("rooms", contract, "proposals")).catch(() => [])).toEqual([])
    await host.empty()
    await ask("agency", ["contract", "push"])
    expect(await readdir(host.path("rooms", contract, "proposals"))).toHaveLength(1)
  })

  it("keeps a run's result until there is room for it", async () => {
    for (const party of ["bank", "bureau"]) await ask(party, ["run", "grant", ...room.accept()])
    // Room for a grant without a key, and not for a result.
    await host.fill(4)
    await ask("agency", ["run", "grant", ...room.accept()])
    for (let turn = 0; !JSON.stringify(await status()).includes('"failure":"host-disk-full"'); turn++) {
      expect(turn).toBeLessThan(60)
      await sleep(500)
    }
    expect(await ask("agency", ["run", "status"], 41)).toMatchObject({ state: "granted" })
    expect(host.log).toMatch(/"event":"room-failed","code":"host-disk-full"/)
    await host.empty()
    expect(await ask("agency", ["run", "wait", "--timeout", "60"])).toMatchObject({ state: "released" })
    await ask("agency", ["result", "open"])
    expect(host.log.match(/"event":"run-begun"/g)).toHaveLength(1)
  })

  it("is seen by its operator, also where it can write nothing down", async () => {
    await host.fill(0)
    expect(await status()).toMatchObject({ disk: { freeBytes: 0, low: false, reserveBytes: 0 }, running: true })
    const ready = await fetch(`${host.url}/readyz`)
    expect([ready.status, await ready.json()]).toEqual([503, { status: "not-writable", uploads: "refused" }])
    expect(await (await fetch(`${host.url}/metrics`)).text()).toMatch(/^parley_disk_free_bytes 0$/m)
    await host.empty()
  })

  it("drains only once the disk has taken the result", async () => {
    await ask("agency", ["run", "propose", "--query", "attribution"])
    for (const party of ["bank", "bureau"]) await ask(party, ["run", "grant", ...room.accept()])
    await host.fill(4)
    await ask("agency", ["run", "grant", ...room.accept()])
    const drain = (timeout: string) =>
      runProgram("host/parley-host.ts", ["drain", "--data", host.path(), "--timeout", timeout, "--json"])
    for (let turn = 0; host.log.split('"event":"run-begun"').length < 3; turn++) {
      expect(turn).toBeLessThan(60)
      await sleep(500)
    }
    const waiting = await drain("5")
    expect({ exit: waiting.exit, json: JSON.parse(waiting.stdout) }).toMatchObject({
      exit: 41,
      json: { drained: false },
    })
    expect(host.log.match(/"event":"run-released"/g)).toHaveLength(1)
    await host.empty()
    for (let turn = 0; !host.log.includes('"event":"host-stopping"'); turn++) {
      expect(turn).toBeLessThan(60)
      await sleep(500)
    }
    expect(host.log.match(/"event":"run-(?:begun|released)"|"event":"host-stopping"/g)?.slice(-3)).toEqual([
      '"event":"run-begun"',
      '"event":"run-released"',
      '"event":"host-stopping"',
    ])
  })
})
