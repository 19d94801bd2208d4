import { type ChildProcess, spawn } from "node:child_process"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Contract } from "../../shared/contract/contract.ts"
import type { Dataset } from "../../shared/contract/dataset.ts"
import { parleyJson, runProgram } from "./parley.ts"

const CHECKOUT = fileURLToPath(new URL("../../", import.meta.url))

/** A contract to be drafted. */
interface Draft {
  readonly datasets: readonly Dataset[]
  readonly recipients: readonly string[]
  readonly approvals?: readonly string[]
  readonly approvers?: readonly string[]
  readonly recipe?: string
  readonly edit?: (contract: Contract) => void
}

/** Parties with homes of their own, a room and an operator's folder, all made through the command line. */
export class CleanRoom {
  readonly folder: string
  readonly parties: readonly string[]
  readonly root: string
  #host: ChildProcess | null = null
  #hostLog = ""
  #url: string | null = null

  private constructor(folder: string, parties: readonly string[], root: string) {
    this.folder = folder
    this.parties = parties
    this.root = root
  }

  static async create(parties: readonly string[]): Promise<CleanRoom> {
    const folder = await mkdtemp(join(tmpdir(), "parley-test-"))
    const initialised = await runProgram("host/parley-host.ts", [
      "init",
      "--data",
      join(folder, "host"),
      "--simulated",
      "--json",
    ])
    const { root } = JSON.parse(initialised.stdout) as { root: string }
    const room = new CleanRoom(folder, parties, root)
    const prints = new Map<string, string>()
    for (const name of parties) {
      await room.parley(name, ["init", "--name", name, "--title", `The ${name}`])
      const out = await room.parley(name, ["party", "export", "--out", room.path(`${name}.card.json`)])
      prints.set(name, String(out.fingerprint))
    }
    for (const name of parties) {
      for (const other of parties.filter((party) => party !== name)) {
        const args = ["party", "add", room.path(`${other}.card.json`), "--fingerprint", prints.get(other) ?? ""]
        await room.parley(name, args)
      }
    }
    await parleyJson(["image", "measure", "--simulated", "--out", room.path("image.json")])
    return room
  }

  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts)
  }

  get room(): string {
    return this.path("room")
  }

  /** With a host every party has a folder of its own. */
  roomOf(party: string): string {
    return this.#url === null ? this.room : this.path("rooms", party)
  }

  home(party: string): string {
    return this.path("homes", party)
  }

  /** Runs a command of one party; commands that work in a room get it. */
  parley(party: string, args: readonly string[], expected = 0): Promise<Record<string, unknown>> {
    return parleyJson(this.args(party, args), expected)
  }

  args(party: string, args: readonly string[]): readonly string[] {
    const [noun = "", verb = ""] = args
    const inRoom = ROOM_COMMANDS.has(`${noun} ${verb}`) || ROOM_NOUNS.has(noun)
    const where = this.#url === null ? ["--room", this.room] : ["--room", this.roomOf(party), "--host", this.#url]
    return [...args, "--home", this.home(party), ...(inRoom ? where : [])]
  }

  accept(): readonly string[] {
    return ["--accept-simulated-root", this.root]
  }

  /** Drafts a contract from dataset files, lets `edit` change it, and has everybody sign. */
  async agree(options: Draft): Promise<Contract> {
    const contract = await this.draft(options)
    for (const party of this.parties.filter((name) => contract.parties.some(({ card }) => card.name === name))) {
      await this.parley(party, ["contract", "sign", ...this.accept()])
    }
    return contract
  }

  /** The same, and nobody has signed. */
  async draft(options: Draft): Promise<Contract> {
    const owners = [...new Set(options.datasets.map(({ owner }) => owner))]
    const [issuer = "", ...others] = owners
    const token = await this.parley(issuer, ["token", "create", "--name", "identities", "--for", ...others])
    for (const owner of others) await this.parley(owner, ["token", "accept"])
    const files = await Promise.all(
      options.datasets.map(async (dataset) => {
        const file = this.path(`${dataset.name}.dataset.json`)
        await writeFile(file, JSON.stringify(dataset))
        return file
      }),
    )
    const agreement = this.path("agreement.txt")
    await writeFile(agreement, "The parties agree to test.\n")
    await this.parley(issuer, [
      ...["contract", "init", "--recipe", options.recipe ?? "overlap", "--dataset", ...files],
      ...[
        "--recipient",
        ...options.recipients,
        "--token-commitment",
        String(token.commitment),
        "--token-issuer",
        issuer,
      ],
      ...["--image", this.path("image.json"), "--trust-root", this.path("host", "root", "root.pem")],
      ...(options.approvers === undefined ? [] : ["--approver", ...options.approvers]),
      ...(options.approvals === undefined ? [] : ["--approvals", ...options.approvals]),
      ...["--agreement", agreement, "--residency", "a test machine"],
      ...["--retain-inputs", "until the test ends", "--retain-results", "until the test ends"],
      ...["--out", join(this.room, "contract.json")],
    ])
    const contract = JSON.parse(await readFile(join(this.room, "contract.json"), "utf8")) as Contract
    options.edit?.(contract)
    await writeFile(join(this.room, "contract.json"), JSON.stringify(contract))
    await parleyJson(["contract", "check", join(this.room, "contract.json"), "--write"])
    return contract
  }

  /** Starts the host on HTTP; from then on every command of a party goes through it, in a room folder of its own. */
  async startHttp(...extra: readonly string[]): Promise<string> {
    for (const party of this.parties) {
      await runProgram("host/parley-host.ts", ["admit", this.path(`${party}.card.json`), "--data", this.path("host")])
    }
    const port = this.#url === null ? "0" : new URL(this.#url).port
    const args = ["host/parley-host.ts", "start", "--data", this.path("host"), "--port", port, ...extra]
    const host = spawn(process.execPath, args, { cwd: CHECKOUT, stdio: ["ignore", "pipe", "pipe"] })
    host.stderr?.on("data", (chunk: Buffer) => {
      this.#hostLog += chunk.toString()
    })
    this.#host = host
    const line = await new Promise<string>((resolve) =>
      host.stdout?.once("data", (chunk: Buffer) => resolve(chunk.toString())),
    )
    this.#url = `http://127.0.0.1:${/port (\d+)/.exec(line)?.[1]}`
    return this.#url
  }

  get url(): string | null {
    return this.#url
  }

  /** Starts the host on the room folder. */
  async startHost(...extra: readonly string[]): Promise<void> {
    const args = ["host/parley-host.ts", "start", "--data", this.path("host"), "--room", this.room, ...extra]
    const host = spawn(process.execPath, args, { cwd: CHECKOUT, stdio: ["ignore", "ignore", "pipe"] })
    host.stderr?.on("data", (chunk: Buffer) => (this.#hostLog += chunk.toString()))
    this.#host = host
  }

  get hostPid(): number {
    return this.#host?.pid ?? 0
  }

  get hostLog(): string {
    return this.#hostLog
  }

  async stopHost(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const host = this.#host
    if (host === null || host.exitCode !== null) return
    const ended = new Promise((resolve) => host.once("exit", resolve))
    host.kill(signal)
    await ended
    this.#host = null
  }

  /** Proposes, has every party grant, and waits. */
  async run(proposer: string, query: string, extra: readonly string[] = []): Promise<string> {
    const { proposal } = await this.parley(proposer, ["run", "propose", "--query", query, ...extra])
    for (const party of this.parties) await this.parley(party, ["run", "grant", String(proposal), ...this.accept()])
    await this.parley(proposer, ["run", "wait", String(proposal), "--timeout", "100"])
    return String(proposal)
  }

  async dispose(): Promise<void> {
    await this.stopHost("SIGKILL")
    await rm(this.folder, { force: true, recursive: true })
  }
}

const ROOM_NOUNS = new Set(["run", "result", "optout", "enclave"])
const ROOM_COMMANDS = new Set([
  ...["token create", "token accept", "contract sign", "contract status", "contract end", "contract reject"],
  ...["dataset check", "dataset seal", "dataset push", "receipt import", "contract push", "contract pull"],
])
