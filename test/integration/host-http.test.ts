import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises"
import { connect, createServer, type Server, type Socket } from "node:net"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { parseCanonical } from "../../shared/json/canonical.ts"
import { instant } from "../../shared/json/instant.ts"
import { Grant } from "../../shared/protocol/grant.ts"
import { signaturePath } from "../../shared/room/layout.ts"
import { peekJwsUnverified, signJws } from "../../shared/signed/jws.ts"
import { KINDS } from "../../shared/signed/kinds.ts"
import { homeAt } from "../../verifier/cli/home.ts"
import { localKey } from "../../verifier/cli/keys.ts"
import { CleanRoom } from "../support/clean-room.ts"
import { integerColumn, testDataset, textColumn } from "../support/datasets.ts"
import { editHostConfig } from "../support/host-config.ts"
import { parleyFailure, parleyJson, runParley, runProgram } from "../support/parley.ts"

const MIB = 1024 * 1024
const ROWS = 200_000
const SMALL = 300

/** A line between a party and the host that breaks after so many bytes, and stays broken until it is mended. */
class BrokenLine {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #left = Number.POSITIVE_INFINITY
  /** Port of the host. */
  port = 0
  /** Bytes that went towards the host. */
  sent = 0

  private constructor() {
    this.#server = createServer((party) => {
      if (this.#left <= 0) {
        party.destroy()
        return
      }
      const host = connect(this.port, "127.0.0.1")
      for (const socket of [party, host]) {
        this.#sockets.add(socket)
        socket.on("error", () => socket.destroy())
      }
      party.on("close", () => host.destroy())
      host.on("close", () => party.destroy())
      host.pipe(party)
      party.on("data", (chunk: Buffer) => this.#forward(host, chunk))
    })
  }

  static async open(): Promise<BrokenLine> {
    const line = new BrokenLine()
    await new Promise<void>((resolve) => line.#server.listen(0, "127.0.0.1", resolve))
    return line
  }

  get url(): string {
    const address = this.#server.address()
    return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
  }

  breakAfter(bytes: number): void {
    this.#left = bytes
  }

  mend(): void {
    this.#left = Number.POSITIVE_INFINITY
    this.sent = 0
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }

  #forward(host: Socket, chunk: Buffer): void {
    this.sent += chunk.length
    this.#left -= chunk.length
    host.write(chunk)
    if (this.#left > 0) return
    for (const socket of this.#sockets) socket.destroy()
    this.#sockets.clear()
  }
}

let room: CleanRoom
let url: string
let line: BrokenLine
const manifests = new Map<string, string>()

beforeAll(async () => {
  room = await CleanRoom.create(["bank", "bureau", "agency"])
  const accounts = testDataset("accounts", "bank", [integerColumn("balance", "measure", 0, 1000)])
  const persons = testDataset("persons", "bureau", [textColumn("region", ["east", "west"])])
  await room.agree({ datasets: [accounts, persons], recipe: "attribution", recipients: ["agency"] })
  const lines = (rows: number, line: (i: number) => string) =>
    Array.from({ length: rows }, (_, i) => line(i)).join("\n")
  await writeFile(room.path("bank.csv"), `id,balance\n${lines(ROWS, (i) => `p${i},${i % 1001}`)}\n`)
  await writeFile(
    room.path("bureau.csv"),
    `id,region\n${lines(SMALL, (i) => `P${i},${i % 2 === 0 ? "east" : "west"}`)}\n`,
  )
  const { digest } = await parleyJson(["contract", "hash", join(room.room, "contract.json")])
  line = await BrokenLine.open()
  const free = await BrokenLine.open()
  const own = free.url
  free.close()
  // It stands between parties and host as a proxy does: the host has to know its name, and goes by no other than it is given.
  await editHostConfig(room.path("host"), (config) => {
    config.origins = [line.url, own]
  })
  url = await room.startHttp("--port", new URL(own).port)
  line.port = Number(new URL(url).port)
  await parleyJson(["contract", "push", "--room", room.room, "--home", room.home("bank"), "--host", url])
  for (const party of room.parties) await room.parley(party, ["contract", "pull", String(digest)])
  for (const [party, dataset] of [
    ["bank", "accounts"],
    ["bureau", "persons"],
  ] as const) {
    const args = ["dataset", "seal", "--dataset", dataset, "--input", room.path(`${party}.csv`)]
    manifests.set(dataset, String((await room.parley(party, args)).manifest))
    // The manifest goes; its sealed data does not yet.
    await room.parley(party, ["contract", "push"])
  }
})

afterAll(async () => {
  line.close()
  await room.dispose()
})

const sealed = (folder: string, dataset: string) =>
  join(folder, "sealed", manifests.get(dataset) ?? "", "part-00000.sealed")

async function hostStatus() {
  const { stdout } = await runProgram("host/parley-host.ts", ["status", "--data", room.path("host"), "--json"])
  return JSON.parse(stdout) as { running: boolean; port: number; rooms: Record<string, unknown>[] }
}

/** The one room's state, once it is as expected. */
async function roomStatus(expected: Record<string, unknown>): Promise<void> {
  for (let turn = 0; turn < 60; turn++) {
    const [found] = (await hostStatus()).rooms
    try {
      expect(found).toMatchObject(expected)
      return
    } catch (cause) {
      if (turn === 59) throw cause
    }
    await sleep(100)
  }
}

async function propose(): Promise<string> {
  return String((await room.parley("agency", ["run", "propose", "--query", "attribution"])).proposal)
}

function grant(party: string, proposal: string) {
  return room.parley(party, ["run", "grant", proposal, ...room.accept()])
}

describe("an upload whose connection is cut", () => {
  it("fails as unreachable, and the same command goes on where it was", async () => {
    const push = ["dataset", "push", "--dataset", "accounts"]
    const through = [...push, "--home", room.home("bank"), "--room", room.roomOf("bank"), "--host", line.url]
    const { size } = await stat(sealed(room.roomOf("bank"), "accounts"))
    expect(size).toBeGreaterThan(2 * MIB)
    line.breakAfter(MIB)
    expect(await parleyFailure(through)).toMatchObject({ code: "host-unreachable", exit: 40 })
    line.mend()
    expect(await parleyJson(through)).toMatchObject({ parts: 1 })
    expect(line.sent).toBeLessThan(size - MIB / 2)
    const stored = join(room.path("host"), "rooms", (await hostStatus()).rooms[0]?.contract as string)
    expect(await readFile(sealed(stored, "accounts"))).toEqual(await readFile(sealed(room.roomOf("bank"), "accounts")))
  })
})

describe("parley-host status", () => {
  it("says that a granted proposal waits for sealed parts, and that it ran when they have come", async () => {
    expect(await hostStatus()).toMatchObject({ port: Number(new URL(url).port), running: true })
    const proposal = await propose()
    for (const party of room.parties) await grant(party, proposal)
    await roomStatus({ boots: 1, enclave: "running", inForce: true, runs: 0, waitingForParts: [proposal] })
    await room.parley("bureau", ["dataset", "push", "--dataset", "persons"])
    await room.parley("agency", ["run", "wait", proposal, "--timeout", "60"])
    await roomStatus({ failure: null, runs: 1, waitingForParts: [] })
  })

  it("keeps the enclave's own code when it does not begin a run", async () => {
    const proposal = await propose()
    await grant("bank", proposal)
    await expireGrant("bank", proposal)
    for (const party of ["bureau", "agency"]) await grant(party, proposal)
    await roomStatus({ failedRuns: [{ code: "grant-expired", proposal }], failure: "grant-expired" })
    expect(room.hostLog).toContain(`"event":"run-failed","code":"grant-expired"`)
    // The parties hear it too, as the host's word and nobody else's.
    const { hostSays, state } = await room.parley("agency", ["run", "status", proposal], 41)
    expect({ hostSays, state }).toMatchObject({
      hostSays: { code: "grant-expired", verified: false },
      state: "proposed",
    })
    const { stdout } = await runParley(room.args("bureau", ["run", "status", proposal]))
    expect(stdout).toMatch(/the host says, and nobody has signed it: refused by the enclave: grant-expired/)
    await grant("bank", proposal)
    await room.parley("agency", ["run", "wait", proposal, "--timeout", "60"])
    await roomStatus({ failedRuns: [], failure: null, runs: 2 })
    expect(await room.parley("agency", ["run", "status", proposal])).toMatchObject({
      hostSays: null,
      state: "released",
    })
  })

  it("says so when the host was killed, and what is to be granted again after the start", async () => {
    const proposal = await propose()
    await grant("bank", proposal)
    await room.stopHost("SIGKILL")
    expect(await hostStatus()).toEqual({ running: false })
    await room.startHttp()
    await roomStatus({ grantedToOldBoots: [proposal], runs: 0 })
    await room.stopHost()
    expect(await hostStatus()).toEqual({ running: false })
  })

  it("does not take the enclave's words into the log", () => {
    const lines = room.hostLog.trim().split("\n")
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty("event")
    expect(lines.length).toBeGreaterThan(10)
  })
})

describe("options that are numbers", () => {
  it("are refused when they are none", async () => {
    for (const option of [
      ["--port", "x"],
      ["--port", "65536"],
      ["--idle-stop", "soon"],
    ]) {
      const args = ["start", "--data", room.path("host"), ...option]
      expect(await runProgram("host/parley-host.ts", args)).toMatchObject({ exit: 64 })
    }
  })
})

/** Puts a grant that expired an hour ago in the place of the party's own, under its own key. */
async function expireGrant(party: string, proposal: string): Promise<void> {
  const contract = (await hostStatus()).rooms[0]?.contract as string
  const folders = [join(room.roomOf(party), "grants"), room.path("host", "rooms", contract, "grants")]
  const [folder = ""] = folders
  for (const name of await readdir(folder)) {
    const { payload } = peekJwsUnverified("grant", await readFile(join(folder, name)))
    const made = parseCanonical(payload, Grant, KINDS.grant.maxBytes)
    if (made.proposal !== proposal || made.party !== party) continue
    for (const place of folders) await rm(join(place, name))
    const expired = { ...made, created: hoursAgo(2), expires: hoursAgo(1) }
    const jws = await signJws("grant", expired, (await localKey(homeAt(room.home(party)), "sign")).jwk)
    const { digest, kid } = peekJwsUnverified("grant", jws)
    await writeFile(join(room.roomOf(party), signaturePath("grants", digest, kid)), jws)
  }
  await room.parley(party, ["contract", "push"])
}

const hoursAgo = (hours: number) => instant(new Date(Date.now() - hours * 3_600_000))
