import { readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Contract } from "../../shared/contract/contract.ts"
import { receiptPath } from "../../shared/room/layout.ts"
import { CleanRoom } from "../support/clean-room.ts"
import { integerColumn, testDataset, textColumn } from "../support/datasets.ts"
import { editHostConfig } from "../support/host-config.ts"
import { parleyFailure, parleyJson, runProgram } from "../support/parley.ts"
import { appears, processesBelow } from "../support/processes.ts"

const ROWS = 300
const SILENCE_SECONDS = 15

let room: CleanRoom
let url: string
let contract: string

beforeAll(async () => {
  room = await CleanRoom.create(["bank", "bureau", "agency"])
  const accounts = testDataset("accounts", "bank", [integerColumn("balance", "measure", 0, 1000)])
  const persons = testDataset("persons", "bureau", [textColumn("region", ["east", "west"])])
  const edit = (draft: Contract) => {
    draft.limits.runSeconds = 600
  }
  await room.agree({ datasets: [accounts, persons], edit, recipe: "attribution", recipients: ["agency"] })
  contract = String((await room.parley("bank", ["contract", "status"])).digest)
  const rows = (line: (i: number) => string) => Array.from({ length: ROWS }, (_, i) => line(i)).join("\n")
  await writeFile(room.path("bank.csv"), `id,balance\n${rows((i) => `p${i},${i}`)}\n`)
  await writeFile(room.path("bureau.csv"), `id,region\n${rows((i) => `p${i},${i < 150 ? "east" : "west"}`)}\n`)
  await editHostConfig(room.path("host"), ({ limits }) => {
    limits.enclaveSilenceSeconds = SILENCE_SECONDS
  })
  url = await room.startHttp()
  await parleyJson(["contract", "push", "--room", room.room, "--home", room.home("bank"), "--host", url])
  for (const party of room.parties) await room.parley(party, ["contract", "pull", contract])
  for (const [party, dataset] of [
    ["bank", "accounts"],
    ["bureau", "persons"],
  ] as const) {
    await room.parley(party, ["dataset", "seal", "--dataset", dataset, "--input", room.path(`${party}.csv`)])
    await room.parley(party, ["dataset", "push", "--dataset", dataset])
  }
})

afterAll(() => room.dispose())

const attest = (party: string) => room.args(party, ["enclave", "verify", ...room.accept()])
const propose = async () => String((await room.parley("agency", ["run", "propose", "--query", "attribution"])).proposal)
const grantAll = async (proposal: string) => {
  for (const party of room.parties) await room.parley(party, ["run", "grant", proposal, ...room.accept()])
}

async function hostStatus(): Promise<Record<string, unknown>> {
  const { stdout } = await runProgram("host/parley-host.ts", ["status", "--data", room.path("host"), "--json"])
  return JSON.parse(stdout) as Record<string, unknown>
}

/** Asks until the enclave answers again: after a crash the host pauses before the next boot. */
async function answersAgain(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) {
    const asked = await parleyJson(attest("bank")).catch(() => null)
    if (asked !== null) return
    await sleep(500)
  }
  throw new Error("no enclave answers")
}

describe("an enclave that falls silent", () => {
  it("is given up with a code; the next boot answers", async () => {
    await parleyJson(attest("bank"))
    const stuck = await appears(room.hostPid, "enclave/main.ts")
    process.kill(stuck, "SIGSTOP")
    expect(await parleyFailure(attest("bank"))).toMatchObject({ code: "enclave-unreachable", exit: 40 })
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    await answersAgain()
    expect(await processesBelow(room.hostPid, "enclave/main.ts")).not.toContain(stuck)
  })
})

describe("an enclave whose security module is killed", () => {
  it("ends with it, and the next boot has another", async () => {
    const [enclave, module] = [
      await appears(room.hostPid, "enclave/main.ts"),
      await appears(room.hostPid, "software-nsm/main.ts"),
    ]
    process.kill(module, "SIGKILL")
    await answersAgain()
    expect(await processesBelow(room.hostPid, "enclave/main.ts")).not.toContain(enclave)
    expect(await processesBelow(room.hostPid, "software-nsm/main.ts")).not.toContain(module)
    const proposal = await propose()
    await grantAll(proposal)
    await room.parley("agency", ["run", "wait", proposal, "--timeout", "100"])
  })
})

describe("a nonce while a run is under way", () => {
  it("is answered at once, and the run ends as ever", async () => {
    const proposal = await propose()
    for (const party of ["bank", "bureau"]) await room.parley(party, ["run", "grant", proposal, ...room.accept()])
    const engine = await appears(room.hostPid, "enclave/engine/main.ts")
    process.kill(engine, "SIGSTOP")
    await room.parley("agency", ["run", "grant", proposal, ...room.accept()])
    const asked = await parleyJson(attest("bureau"))
    expect(asked.simulated).toBe(true)
    expect(await room.parley("agency", ["run", "status", proposal], 41)).toMatchObject({ state: "granted" })
    process.kill(engine, "SIGCONT")
    await room.parley("agency", ["run", "wait", proposal, "--timeout", "100"])
  })
})

describe("a file at a receipt's place", () => {
  it("is no receipt: the run is run, and its receipt takes the place", async () => {
    const proposal = await propose()
    const place = room.path("host", "rooms", contract, receiptPath(proposal))
    const [other = ""] = await readdir(room.path("host", "rooms", contract, "receipts"))
    const receipt = await readFile(room.path("host", "rooms", contract, "receipts", other))
    await writeFile(place, receipt)
    await grantAll(proposal)
    await room.parley("agency", ["run", "wait", proposal, "--timeout", "100"])
    expect(await readFile(place)).not.toEqual(receipt)
  })
})

describe("parley-host drain", () => {
  const drain = (...more: readonly string[]) =>
    runProgram("host/parley-host.ts", ["drain", "--data", room.path("host"), "--json", ...more])

  it("takes nothing new, runs what is granted, and stops", async () => {
    const proposal = await propose()
    for (const party of ["bank", "bureau"]) await room.parley(party, ["run", "grant", proposal, ...room.accept()])
    const engine = await appears(room.hostPid, "enclave/engine/main.ts")
    process.kill(engine, "SIGSTOP")
    await room.parley("agency", ["run", "grant", proposal, ...room.accept()])
    const waiting = await drain("--timeout", "3")
    expect({ ...waiting, stdout: JSON.parse(waiting.stdout) }).toMatchObject({ exit: 41, stdout: { drained: false } })
    expect(await hostStatus()).toMatchObject({ running: true, state: "draining" })
    const ready = await fetch(`${url}/readyz`)
    expect([ready.status, await ready.json()]).toEqual([503, { status: "draining", uploads: "refused" }])
    expect(await parleyFailure(attest("bank"))).toMatchObject({ code: "host-draining", exit: 40 })
    const late = room.args("agency", ["run", "propose", "--query", "attribution"])
    expect(await parleyFailure(late)).toMatchObject({ code: "host-draining", exit: 40 })
    process.kill(engine, "SIGCONT")
    const done = await drain()
    expect({ ...done, stdout: JSON.parse(done.stdout) }).toMatchObject({ exit: 0, stdout: { drained: true } })
    expect(room.hostLog).toContain('"event":"host-draining"')
    const receipts = await readdir(join(room.path("host", "rooms", contract), "receipts"))
    expect(receipts).toContain(`${proposal}.bundle.json`)
  })

  it("of a host that does not run is done already", async () => {
    expect(await hostStatus()).toEqual({ running: false })
    const { exit, stdout } = await drain()
    expect({ exit, json: JSON.parse(stdout) }).toEqual({ exit: 0, json: { drained: true, wasRunning: false } })
  })

  it("loses nothing: what could not be sent goes when the host is back", async () => {
    await room.startHttp()
    await room.parley("agency", ["run", "list"])
    const proposals = await readdir(room.path("host", "rooms", contract, "proposals"))
    const own = await readdir(join(room.roomOf("agency"), "proposals"))
    expect(proposals.sort()).toEqual(own.sort())
  })
})
